"""What leaves the workbench: a case as HTML, PDF, Markdown, JSON and CSV, and its caption inside a copy of the photo.

`build.report` turns a case into one `facts.Report`; `outline.outline` puts it into words; a renderer per format does no
more than typography. The moment of making is given from outside and stands in one place of each format.
"""
