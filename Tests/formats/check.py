"""Reads what write.lua has written, with the programs of the field: check.py FOLDER."""
import importlib.util
import os
import sys
import traceback

PAGE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../Docs/files.md"))
os.chdir(sys.argv[1])
missing = [name for name in ("numpy", "h5py", "libsonata", "neo") if importlib.util.find_spec(name) is None]
if missing:
    print("skipped: this Python has no", ", ".join(missing))
    sys.exit(0)

import h5py
import libsonata
import neo
import numpy as np
import quantities as pq

csv = np.genfromtxt("spikes.csv", delimiter=",", names=True)
times, senders = csv["time_ms"], csv["sender"].astype(int)
IS_EXC = senders <= 9  # the generator is node 1


def numpy_arrays():
    file = np.load("spikes.npz")
    assert (file["times"] == times).all() and (file["senders"] == senders).all()
    assert file["senders"].dtype == np.int64
    calcium = np.load("calcium.npz")
    table = np.genfromtxt("calcium.csv", delimiter=",", names=True)
    for name in ("IP3", "Ca_astro"):
        assert (calcium[name] == table[name]).all()


def written_while_running():
    assert (np.genfromtxt("running.csv", delimiter=",", names=True) == csv).all()


def nest_ascii():
    # as NEST's documentation reads them: three lines of header
    data = np.loadtxt("spikes.dat", skiprows=3)
    assert (data[:, 0] == senders).all() and (data[:, 1] == times).all()
    data = np.loadtxt("calcium.dat", skiprows=3)
    assert data.shape == (3 * 300, 4)


def hdf5():
    for name in ("spikes.h5", "calcium.h5", "network.h5"):
        with h5py.File(name) as file:
            assert file.attrs["magic"] == 0x0A7A and list(file.attrs["version"]) == [0, 1]
    with h5py.File("spikes.h5") as file:
        assert h5py.check_enum_dtype(file["spikes/exc"].attrs.get_id("sorting").dtype) == {
            "none": 0, "by_id": 1, "by_time": 2}
        assert file["spikes/exc/timestamps"].attrs["units"] == b"ms"


def sonata_spikes():
    reader = libsonata.SpikeReader("spikes.h5")
    assert reader.get_population_names() == ["exc", "inh"]
    exc = reader["exc"]
    assert exc.sorting == "by_time" and exc.time_units == "ms"
    expected = [(int(i) - 2, t) for i, t in zip(senders[IS_EXC], times[IS_EXC])]
    assert list(exc.get()) == expected
    assert [i for i, _ in exc.get(node_ids=[3])] == [i for i, _ in expected if i == 3]


def sonata_reports():
    table = np.genfromtxt("potential.csv", delimiter=",", names=True)
    soma = libsonata.SomaReportReader("potential.h5")["exc"]
    assert soma.time_units == "ms" and soma.data_units == "mV" and soma.sorted
    assert soma.get_node_ids() == list(range(8))
    frame = soma.get()
    assert (frame.data == table["V_m"].reshape(-1, 8).astype(np.float32)).all()
    assert np.allclose(frame.times, table["time_ms"][::8])
    elements = libsonata.ElementReportReader("calcium.h5")
    assert elements.get_population_names() == ["astrocyte_lr_1994.Ca_astro", "astrocyte_lr_1994.IP3"]
    assert elements["astrocyte_lr_1994.IP3"].get(node_ids=[1]).data.shape == (300, 1)


def sonata_edges():
    with open("network.csv") as file:
        header = file.readline().strip().split(",")
        rows = [dict(zip(header, line.rstrip("\n").split(","))) for line in file]
    storage = libsonata.EdgeStorage("network.h5")
    total = 0
    for name in storage.population_names:
        edges = storage.open_population(name)
        every = edges.select_all()
        total += edges.size
        assert len(set(edges.get_attribute("model_template", every))) == 1
        assert edges.get_attribute("syn_weight", every).shape == (edges.size,)
        assert edges.get_attribute("delay", every).min() >= 1.0
        for node in set(edges.target_nodes(every)):
            selection = edges.afferent_edges([node])
            assert (edges.target_nodes(selection) == node).all()
        for node in set(edges.source_nodes(every)):
            selection = edges.efferent_edges([node])
            assert (edges.source_nodes(selection) == node).all()
            assert selection.flat_size == (edges.source_nodes(every) == node).sum()
    assert total == len(rows)

    plastic = storage.open_population("exc_to_exc_tsodyks_synapse")
    every = plastic.select_all()
    assert plastic.source == "exc" and plastic.target == "exc"
    assert set(plastic.get_attribute("model_template", every)) == {"tsodyks_synapse"}
    assert (plastic.get_dynamics_attribute("U", every) == 0.4).all()
    mine = [(int(r["source"]) - 2, int(r["target"]) - 2, float(r["weight"])) for r in rows
            if r["synapse_model"] == "tsodyks_synapse" and int(r["source"]) <= 9 and int(r["target"]) <= 9]
    theirs = zip(plastic.source_nodes(every), plastic.target_nodes(every), plastic.get_attribute("syn_weight", every))
    assert sorted(mine) == sorted(theirs)


def without_header(name, new):
    """Neo's NestIO was made for NEST 2, whose files had no header; what NEST 3 writes it refuses as it refuses ours."""
    with open(name) as file, open(new, "w") as copy:
        copy.writelines(file.readlines()[3:])
    return new


STANDARD = {"magic", "version", "sorting", "units", "sorted", "node_population"}


def attributes_of_our_own():
    """Docs/files.md names all attributes that the standard does not have."""
    found = set()
    for name in ("spikes.h5", "calcium.h5", "potential.h5", "network.h5"):
        with h5py.File(name) as file:
            file.visititems(lambda _, item: found.update(item.attrs))
    with open(PAGE) as page:
        text = page.read()
    assert found - STANDARD == {"first_global_id", "variable_name", "order"}, found
    assert all(f"`{name}`" in text for name in found - STANDARD)


def neo_samples():
    signal = neo.io.NestIO(filenames=without_header("potential.dat", "neo.dat")).read_analogsignal(
        gid=2, t_start=0.5 * pq.ms, t_stop=300 * pq.ms, sampling_period=pq.CompoundUnit("0.5*ms"), id_column=0, time_column=1,
        value_column=2, value_type="V_m")
    table = np.genfromtxt("potential.csv", delimiter=",", names=True)
    expected = table["V_m"][table["sender"] == 2]
    assert len(signal) >= 598 and (signal.magnitude.flatten() == expected[:len(signal)]).all()


def neo_spikes():
    segment = neo.io.NestIO(filenames=without_header("spikes.dat", "neo.gdf")).read_segment(
        gid_list=[], t_start=0 * pq.ms, t_stop=301 * pq.ms, id_column_gdf=0, time_column_gdf=1)
    assert len(segment.spiketrains) == len(set(senders))
    for train in segment.spiketrains:
        assert (train.magnitude == times[senders == train.annotations["id"]]).all()


status = 0
for check in (numpy_arrays, written_while_running, nest_ascii, hdf5, sonata_spikes, sonata_reports, sonata_edges, attributes_of_our_own,
              neo_samples, neo_spikes):
    try:
        check()
        print("passed ", check.__name__)
    except Exception as error:
        status = 1
        traceback.print_exc()
        print("FAILED ", check.__name__, error)
sys.exit(status)
