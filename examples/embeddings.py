"""Finds the tasks that are worded most like yours. Needs Python 3.9 and a running stack (`npm start`), nothing else:

    HEADGATE_KEY=hg_… python3 examples/embeddings.py ["pick up the red cube"]

HEADGATE_URL is http://127.0.0.1:8787 when unset.
"""

import base64
import json
import os
import struct
import sys
import urllib.error
import urllib.request

TIMEOUT_S = 10
TASKS = ["pick up the red block", "open the top drawer", "wipe the table with the sponge"]


def embed(texts: list) -> tuple:
    """Vectors of length one, in the order of the texts, and what they count as."""
    request = urllib.request.Request(
        os.environ.get("HEADGATE_URL", "http://127.0.0.1:8787") + "/v1/embeddings",
        data=json.dumps({"model": "lexical-384", "input": texts, "encoding_format": "base64"}).encode(),
        headers={"authorization": f"Bearer {os.environ.get('HEADGATE_KEY', '')}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        answer = json.load(response)
    packed = [base64.b64decode(item["embedding"]) for item in answer["data"]]
    return [struct.unpack(f"<{len(data) // 4}f", data) for data in packed], answer["usage"]


if __name__ == "__main__":
    query = sys.argv[1] if len(sys.argv) > 1 else "pick up the red cube"
    try:
        (own, *others), usage = embed([query, *TASKS])
    except urllib.error.HTTPError as error:
        # The shape of OpenAI's errors: what is wrong, where, and a code.
        problem = json.load(error)["error"]
        sys.exit(f"{error.code} {problem['code']}: {problem['message']}")
    ranked = sorted(((sum(a * b for a, b in zip(own, other)), task) for other, task in zip(others, TASKS)), reverse=True)
    for similarity, task in ranked:
        print(f"{similarity:.3f} {task}")
    print(f"{usage['total_tokens']} tokens")
