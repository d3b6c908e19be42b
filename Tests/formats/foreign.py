"""Makes files as others make them, and some that try to lead elsewhere, for read.lua: foreign.py FOLDER."""
import importlib.util
import os
import sys

os.chdir(sys.argv[1])
if importlib.util.find_spec("h5py") is None or importlib.util.find_spec("numpy") is None:
    sys.exit(0)

import h5py
import numpy as np

times, nodes = np.array([1.5, 2.0, 2.0]), np.array([3, 0, 2])
np.savez("foreign.npz", times=times.astype(np.float32), senders=nodes.astype(np.uint16))
np.savez_compressed("compressed.npz", times=times, senders=nodes)
np.savez("matrix.npz", times=times.reshape(1, 3), senders=nodes)


def spikes(name, make):
    with h5py.File(name, "w") as file:
        make(file)


def one_population(file):
    group = file.create_group("spikes/v1")
    group.attrs["sorting"] = "by_time"
    group.create_dataset("timestamps", data=times, compression="gzip", chunks=True)
    group.create_dataset("node_ids", data=nodes.astype(np.uint32))
    group["timestamps"].attrs["units"] = "ms"


def old_layout(file):
    file.create_dataset("spikes/timestamps", data=times)
    file.create_dataset("spikes/gids", data=nodes)
    file.create_dataset("spikes/node_ids", data=nodes)


def two_populations(file):
    one_population(file)
    file.copy("spikes/v1", "spikes/lgn")


def external_link(file):
    one_population(file)
    del file["spikes/v1/timestamps"]
    file["spikes/v1/timestamps"] = h5py.ExternalLink("one.h5", "/spikes/v1/timestamps")


def soft_link(file):
    one_population(file)
    file["spikes/v2"] = h5py.SoftLink("/spikes/v1")
    del file["spikes/v1/node_ids"]


def external_storage(file):
    one_population(file)
    del file["spikes/v1/timestamps"]
    file.create_dataset("spikes/v1/timestamps", shape=(3,), dtype="f8", external=[("secret.bin", 0, 24)])


def virtual(file):
    one_population(file)
    del file["spikes/v1/timestamps"]
    layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
    layout[:] = h5py.VirtualSource("one.h5", "spikes/v1/timestamps", shape=(3,))
    file.create_virtual_dataset("spikes/v1/timestamps", layout)


def unequal(file):
    one_population(file)
    del file["spikes/v1/node_ids"]
    file["spikes/v1/node_ids"] = nodes[:2]


def texts(file):
    one_population(file)
    del file["spikes/v1/node_ids"]
    file["spikes/v1/node_ids"] = ["a", "b", "c"]


np.arange(3.0).tofile("secret.bin")
for name, make in (
        ("one", one_population), ("old", old_layout), ("two", two_populations), ("external_link", external_link),
        ("soft_link", soft_link), ("external_storage", external_storage), ("virtual", virtual), ("unequal", unequal),
        ("texts", texts)):
    spikes(name + ".h5", make)

with h5py.File("edges.h5", "w") as file:
    group = file.create_group("edges/v1_to_v1")
    group["source_node_id"], group["target_node_id"] = np.array([0, 0, 1]), np.array([1, 2, 2])
    for side in ("source", "target"):
        group[side + "_node_id"].attrs["node_population"] = "v1"
    group["edge_type_id"], group["edge_group_id"] = np.full(3, 100), np.zeros(3, int)
    group["edge_group_index"] = np.array([2, 1, 0])
    group["0/syn_weight"], group["0/delay"] = np.array([0.3, 0.2, 0.1]), np.array([1.0, 2.0, 3.0])
    group["0/nsyns"] = np.ones(3, int)
