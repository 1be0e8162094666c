"""A client of the real Milvus 2.1.0: writes 1000 vectors with an index, or searches them, and prints what it found as JSON.

    client.py prepare HOST PORT    creates the collection, inserts, flushes, indexes, loads, searches
    client.py search HOST PORT     loads and searches what is there

The vectors are the same in every run. PYTHONPATH has pymilvus 2.1.0, grpcio and protobuf; pandas, numpy, ujson and pkg_resources, which
pymilvus 2.1.0 imports but needs only for data frames, arrays and its own version, are stood in for here: newer Pythons lack some of them.
"""

import json
import sys
import time
import types


def stand_in(name, **members):
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
    return module


def no_such_type(name):
    return type(name, (), {})


def list_like(value):
    return isinstance(value, (list, tuple))


def infer_dtype(values):
    return {int: "integer", float: "floating", str: "string", bool: "boolean"}.get(type(values[0]), "mixed")


stand_in("ujson", dumps=json.dumps, loads=json.loads)
api_types = stand_in(
    "pandas.api.types",
    is_list_like=list_like,
    is_array_like=lambda value: False,
    is_scalar=lambda value: not list_like(value),
    is_float=lambda value: isinstance(value, float),
    infer_dtype=infer_dtype,
)
stand_in("pandas", DataFrame=no_such_type("DataFrame"), api=stand_in("pandas.api", types=api_types))
stand_in(
    "pkg_resources",
    get_distribution=lambda name: types.SimpleNamespace(version="2.1.0"),
    DistributionNotFound=no_such_type("DistributionNotFound"),
)
numpy_names = ["ndarray", "float64", "float32", "int64", "int32", "int16", "int8", "bool8", "bool_"]
stand_in("numpy", **{name: no_such_type(name) for name in numpy_names})

from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, connections, utility  # noqa: E402

NAME, ROWS, DIMENSION, QUERIES, TOP = "testbed", 1000, 16, 5, 10


def vectors(count, seed):
    """Numbers of a linear congruential generator, so that every Python makes the same ones."""
    state = seed
    for _ in range(count):
        vector = []
        for _ in range(DIMENSION):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            vector.append((state >> 40) / 2**24)
        yield vector


def prepare():
    schema = CollectionSchema(
        [
            FieldSchema("id", DataType.INT64, is_primary=True, auto_id=False),
            FieldSchema("vector", DataType.FLOAT_VECTOR, dim=DIMENSION),
        ]
    )
    collection = Collection(NAME, schema)
    collection.insert([list(range(ROWS)), list(vectors(ROWS, 1))])
    rows = collection.num_entities  # this flushes
    collection.create_index("vector", {"index_type": "IVF_FLAT", "metric_type": "L2", "params": {"nlist": 16}})
    utility.wait_for_index_building_complete(NAME)
    utility.create_alias(NAME, NAME + "_alias")
    return rows


def search():
    """After a restart the first searches can fail until the collection is loaded again."""
    collection = Collection(NAME)
    collection.load()
    deadline = time.monotonic() + 60
    while True:
        try:
            found = collection.search(
                list(vectors(QUERIES, 2)), "vector", {"metric_type": "L2", "params": {"nprobe": 16}}, TOP, consistency_level="Strong"
            )
            return [list(hits.ids) for hits in found]
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def main():
    command, host, port = sys.argv[1:]
    connections.connect(host=host, port=port)
    rows = prepare() if command == "prepare" else None
    ids = search()
    print(json.dumps({"rows": rows or Collection(NAME).num_entities, "ids": ids, "indexes": len(Collection(NAME).indexes)}))


main()
