"""A Seal device in Python, written from docs/PROTOCOL.md and docs/API.md.

What the bot shares with the test vectors of the repository (encoding, ML-KEM-768, X-Wing and HPKE, codes) is in
packages/crypto/python and is put on the path here.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "packages" / "crypto" / "python"))
