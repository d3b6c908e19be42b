"""What NEST 3.10 connects within masks, and the values of its functions of distance: masks.lua and functions.lua.

    python make.py

Nodes are numbered from 1 in each layer. Functions get dx and dy as target less source, as the space module of NEST's manual has them.
"""

import nest

ERROR = nest.VerbosityLevel.ERROR


def reset():
    nest.ResetKernel()
    nest.verbosity = ERROR


def lua(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {lua(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "{ " + ", ".join(lua(v) for v in value) + " }"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value)


def layers(shape, extent, center, wrap):
    reset()
    grid = nest.spatial.grid(shape, extent=extent, center=center, edge_wrap=wrap)
    return [nest.Create("iaf_psc_alpha", positions=grid) for _ in range(2)]


def case(shape, mask, wrap=False, extent=None, center=None):
    """The targets of a corner, the middle and the last node of a grid, p = 1."""
    extent = extent or [float(n) for n in shape]
    center = center or [0.0] * len(shape)
    a, b = layers(shape, extent, center, wrap)
    rule = {"rule": "pairwise_bernoulli", "p": 1.0, "mask": mask}
    nest.Connect(a, b, rule)
    targets = {}
    for source in (1, (len(a) + 1) // 2, len(a)):
        found = nest.GetConnections(a[source - 1], b).get("target")
        found = [found] if isinstance(found, int) else list(found or [])
        targets[f"[{source}]"] = sorted(set(t - len(a) for t in found))
    return {"shape": shape, "extent": extent, "center": center, "wrap": wrap, "mask": mask, "targets": targets}


def masks():
    rect = lambda *a: {"lower_left": list(map(float, a[:2])), "upper_right": list(map(float, a[2:]))}
    box = lambda *a: {"lower_left": list(map(float, a[:3])), "upper_right": list(map(float, a[3:]))}
    cases = []
    for wrap in (False, True):
        for mask in (
            {"circular": {"radius": 2.0}},
            {"circular": {"radius": 2.0}, "anchor": [1.5, -0.5]},
            {"circular": {"radius": 2.0}, "anchor": [3.0, 0.0]},
            {"rectangular": rect(-2, -1, 2, 1)},
            {"rectangular": rect(0.5, 0.5, 1.5, 2.5)},
            {"rectangular": rect(-1, -1, 1, 1), "anchor": [1.0, 2.0]},
            {"rectangular": {**rect(-2, -1, 2, 1), "azimuth_angle": 30.0}},
            {"rectangular": {**rect(0, 0, 2, 1), "azimuth_angle": 90.0}},
            {"doughnut": {"inner_radius": 1.0, "outer_radius": 2.0}},
            {"doughnut": {"inner_radius": 1.0, "outer_radius": 2.0}, "anchor": [-1.0, 1.0]},
            {"elliptical": {"major_axis": 4.0, "minor_axis": 2.0}},
            {"elliptical": {"major_axis": 4.0, "minor_axis": 2.0, "azimuth_angle": 45.0}},
            {"elliptical": {"major_axis": 4.0, "minor_axis": 2.0, "anchor": [1.0, 0.0]}},
        ):
            cases.append(case([7, 7], mask, wrap))
        cases.append(case([6, 4], {"circular": {"radius": 0.5}}, wrap, [3.0, 1.0], [1.0, -2.0]))
        cases.append(case([8, 5], {"rectangular": rect(-0.5, 0.0, 0.25, 0.4)}, wrap, [2.0, 1.0]))
    for wrap in (False, True):
        for mask in (
            {"spherical": {"radius": 1.5}},
            {"spherical": {"radius": 1.0}, "anchor": [1.0, 0.0, -1.0]},
            {"box": box(-1, -2, 0, 1, 1, 2)},
            {"ellipsoidal": {"major_axis": 4.0, "minor_axis": 3.0, "polar_axis": 2.0}},
        ):
            cases.append(case([5, 5, 5], mask, wrap))
    turned = {"azimuth_angle": 40.0, "polar_angle": 25.0}
    cases.append(case([7, 7, 7], {"box": {**box(0, -1, -2, 3, 1, 1), **turned}}))
    cases.append(case([7, 7, 7], {"ellipsoidal": {"major_axis": 6.0, "minor_axis": 4.0, "polar_axis": 2.0, **turned}}))
    with open("masks.lua", "w") as file:
        file.write("-- Made by make.py with NEST 3.10: targets of some sources, numbered in their layer.\nreturn {\n")
        for entry in cases:
            file.write(f"  {lua(entry)},\n")
        file.write("}\n")


def functions():
    distance, dist = nest.spatial.distance, nest.spatial_distributions
    dx = nest.spatial.target_pos.x - nest.spatial.source_pos.x
    dy = nest.spatial.target_pos.y - nest.spatial.source_pos.y
    gabor = {"theta": 30.0, "gamma": 0.7, "std": 1.3, "lam": 3.0, "psi": 20.0}
    gaussian2D = {"mean_x": 0.5, "mean_y": 0.2, "std_x": 1.2, "std_y": 0.8, "rho": 0.3}
    cases = [
        ("exponential", {"beta": 2.0}, dist.exponential(distance, beta=2.0)),
        ("gaussian", {"std": 1.5}, dist.gaussian(distance, std=1.5)),
        ("gaussian", {"std": 2.0, "mean": 1.0}, dist.gaussian(distance, mean=1.0, std=2.0)),
        ("linear", {"a": -0.2, "c": 0.9}, 0.9 - 0.2 * distance),
        ("gabor", gabor, dist.gabor(dx, dy, **gabor)),
        ("gaussian2D", gaussian2D, dist.gaussian2D(dx, dy, **gaussian2D)),
        ("gamma", {"kappa": 2.5, "theta": 0.8}, dist.gamma(distance, kappa=2.5, theta=0.8)),
    ]
    with open("functions.lua", "w") as file:
        file.write("-- Made by make.py with NEST 3.10: weights from node 1 of a grid of 5 x 4 nodes onto each.\nreturn {\n")
        for name, keys, weight in cases:
            a, b = layers([5, 4], [5.0, 4.0], [0.0, 0.0], False)
            nest.Connect(a, b, {"rule": "pairwise_bernoulli", "p": 1.0}, {"weight": weight})
            found = nest.GetConnections(a[0], b)
            pairs = sorted(zip(found.get("target"), found.get("weight")))
            values = [float(w) for _, w in pairs]
            file.write(f"  {lua({'name': name, 'keys': keys, 'values': values})},\n")
        file.write("}\n")


masks()
functions()
