"""The newsctx workbench: `python app.py`, then open http://127.0.0.1:7860."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before anything imports gradio: it calls home otherwise

import sys

from newsctx.errors import NewsctxError
from newsctx.ui.launch import main

if __name__ == "__main__":
    try:
        sys.exit(main())
    except NewsctxError as error:
        sys.exit(f"newsctx: {error}")
