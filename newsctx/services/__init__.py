"""Everything that can make this machine, or the analyst's browser, talk to somebody else: listed, chosen, asked first.

`registry` lists it, `leave` reads from a case's trail what was chosen and sent, `links` makes the addresses that a
browser opens, `geocoder` asks for a place, `desk` is what the workbench offers of it.
"""
