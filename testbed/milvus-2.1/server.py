"""Runs the real Milvus 2.1.0 in this process; started by milvus-real, which sets the environment and the working directory.

MILVUS_LIBRARY: the library, which is preloaded too. MILVUS_FORWARD: "address:port=port,..." what is to be reachable at the pod's address,
and where it is on 127.0.0.1: ports 9091 and 19530 are the same in every pod, and Milvus listens on all addresses of the machine.
"""

import ctypes
import os
import socket
import threading


def copy(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def connect(client, port):
    with client:
        try:
            server = socket.create_connection(("127.0.0.1", port))
        except OSError:
            return  # not there yet: the connection is closed
        with server:
            back = threading.Thread(target=copy, args=(server, client), daemon=True)
            back.start()
            copy(client, server)
            back.join()


def forward(listener, port):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=connect, args=(client, port), daemon=True).start()


for item in filter(None, os.environ["MILVUS_FORWARD"].split(",")):
    outside, inside = item.split("=")
    host, port = outside.rsplit(":", 1)
    listener = socket.create_server((host, int(port)), backlog=64)
    threading.Thread(target=forward, args=(listener, int(inside)), daemon=True).start()

# Milvus itself takes SIGTERM; it then gives its sessions back and returns.
ctypes.CDLL(os.environ["MILVUS_LIBRARY"]).startEmbedded()
