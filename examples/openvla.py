"""Asks Headgate for one action as OpenVLA's client does. Needs Python 3.9, a running stack (`npm start`) and a key
whose `defaults` name the robot, nothing else:

    HEADGATE_KEY=hg_… python3 examples/openvla.py ["move to the red block"]

HEADGATE_URL is http://127.0.0.1:8787 when unset. It sends a gray picture with a red square. With the packages
numpy and json_numpy, a client need not write and read the arrays itself: docs/clients.md shows how little is left.
"""

import base64
import json
import os
import struct
import sys
import urllib.error
import urllib.request

TIMEOUT_S = 5
SIDE = 64


def red_square() -> bytes:
    """Pixels from the top left, red, green and blue: a numpy array of uint8, [64, 64, 3]."""
    red, gray = bytes((210, 35, 40)), bytes((150, 145, 135))
    return b"".join(red if 40 < x < 52 and 8 < y < 20 else gray for y in range(SIDE) for x in range(SIDE))


def act(instruction: str) -> urllib.request.Request:
    image = {"__numpy__": base64.b64encode(red_square()).decode(), "dtype": "|u1", "shape": [SIDE, SIDE, 3]}
    return urllib.request.Request(
        os.environ.get("HEADGATE_URL", "http://127.0.0.1:8787") + "/act",
        data=json.dumps({"image": image, "instruction": instruction}).encode(),
        headers={"authorization": f"Bearer {os.environ.get('HEADGATE_KEY', '')}", "content-type": "application/json"},
    )


if __name__ == "__main__":
    try:
        with urllib.request.urlopen(act(" ".join(sys.argv[1:]) or "move to the red block"), timeout=TIMEOUT_S) as response:
            answer, headers = json.load(response), response.headers
    except urllib.error.HTTPError as error:
        # application/problem+json: what is wrong, where, and what to do about it.
        problem = json.load(error)
        sys.exit(f"{problem['status']} {problem['code']}: {problem['title']}. {problem['fix']} {problem['errors']}")
    numbers = base64.b64decode(answer["__numpy__"])
    action = list(struct.unpack(f"<{answer['shape'][0]}d", numbers))
    print(f"{action} recorded: {headers['x-recorded']}, {headers['x-inference-id']}")
