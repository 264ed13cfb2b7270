"""Asks Headgate for one action. Needs Python 3.9 and a running stack (`npm start`), nothing else:

    HEADGATE_KEY=hg_… python3 examples/act.py ["move to the red block"] [camera.jpg]

HEADGATE_URL is http://127.0.0.1:8787 when unset. Without a picture it sends a gray one with a red square.
"""

import base64
import json
import os
import struct
import sys
import urllib.error
import urllib.request
import zlib
from datetime import datetime, timezone

TIMEOUT_S = 5


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def red_square() -> bytes:
    """A PNG of 64 by 48 pixels, 8-bit RGB."""
    red, gray = bytes((210, 35, 40)), bytes((150, 145, 135))
    rows = b"".join(
        b"\0" + b"".join(red if 40 < x < 52 and 8 < y < 20 else gray for x in range(64)) for y in range(48)
    )
    size = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def act(image: bytes, instruction: str) -> dict:
    body = {
        "robot_type": "franka",
        "instruction": instruction,
        "image": base64.b64encode(image).decode(),
        "captured_at": datetime.now(timezone.utc).isoformat(),
    }
    request = urllib.request.Request(
        os.environ.get("HEADGATE_URL", "http://127.0.0.1:8787") + "/v1/act",
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {os.environ.get('HEADGATE_KEY', '')}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        return json.load(response)


if __name__ == "__main__":
    instruction, path = (sys.argv[1:] + ["", ""])[:2]
    try:
        answer = act(open(path, "rb").read() if path else red_square(), instruction or "move to the red block")
    except urllib.error.HTTPError as error:
        # application/problem+json: what is wrong, where, and what to do about it.
        problem = json.load(error)
        sys.exit(f"{problem['status']} {problem['code']}: {problem['title']}. {problem['fix']} {problem['errors']}")
    print(answer["action"], {"safety": answer["safety"]["score"], "recorded": answer["recorded"], "id": answer["id"]})
