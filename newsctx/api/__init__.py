"""What programs are answered: the same calls behind the Gradio API, MCP over HTTP and MCP over standard input."""
