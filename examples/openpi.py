"""Asks Headgate for actions over openpi's websocket protocol. Needs Python 3.9 with numpy, msgpack and
websockets, which openpi's client is made of, and a running stack (`npm start`):

    HEADGATE_KEY=hg_… python3 examples/openpi.py [steps] ["move to the red block"]

HEADGATE_URL is http://127.0.0.1:8787 when unset. openpi's own client does the same:
`WebsocketClientPolicy(host, port, api_key)`, where the key has a default robot type.
"""

import os
import sys

import msgpack
import numpy as np
import websockets.sync.client

SIDE = 224


def pack(value):
    """openpi's arrays are maps with binary keys."""
    if isinstance(value, np.ndarray):
        return {b"__ndarray__": True, b"data": value.tobytes(), b"dtype": value.dtype.str, b"shape": value.shape}
    raise TypeError(f"{type(value)} does not go over the wire")


def unpack(value):
    if b"__ndarray__" in value:
        return np.frombuffer(value[b"data"], np.dtype(value[b"dtype"])).reshape(value[b"shape"])
    return value


def read(frame):
    if isinstance(frame, str):
        sys.exit(f"error: {frame}")
    return msgpack.unpackb(frame, object_hook=unpack)


if __name__ == "__main__":
    steps, prompt = (sys.argv[1:] + ["3", "move to the red block"][len(sys.argv) - 1 :])[:2]
    picture = np.full((SIDE, SIDE, 3), 145, np.uint8)
    picture[60:100, 140:180] = (210, 35, 40)
    url = os.environ.get("HEADGATE_URL", "http://127.0.0.1:8787").replace("http", "ws", 1)
    headers = {"Authorization": f"Api-Key {os.environ.get('HEADGATE_KEY', '')}"}
    with websockets.sync.client.connect(
        url + "/?robot_type=franka", additional_headers=headers, compression=None, max_size=None
    ) as socket:
        metadata = read(socket.recv())
        print(metadata["model"], metadata["robot_type"], metadata["headgate"]["session"])
        for _ in range(int(steps)):
            socket.send(msgpack.packb({"observation/image": picture, "prompt": prompt}, default=pack))
            answer = read(socket.recv())
            headgate = answer["headgate"]
            # An unsafe action is answered with a chunk that holds the robot; `code` says so.
            print(headgate["step"], answer["actions"][0], headgate.get("code", ""), headgate["recorded"])
