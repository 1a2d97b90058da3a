"""`python -m newsctx ...`"""

import sys

from newsctx.cli import main

sys.exit(main())
