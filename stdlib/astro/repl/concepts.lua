-- Concepts of the field and of the program: what `help "pool"` prints and Docs/glossary.md lists (Docs/generate.lua writes it).
--
-- Sections in order; an entry has names, also another way to say it, a meaning in Markdown, and rows of what, name and symbol.
return {
  {
    title = "Cells and signals",
    {
      names = { "Astrocyte" },
      meaning = "a glial cell of the brain. It does not fire; it responds to synaptic activity with calcium signals that "
        .. "last seconds.",
    },
    {
      names = { "Calcium event" }, also = "transient",
      meaning = "an interval in which an astrocyte's calcium is above a threshold. [Analysis](analysis.md#calcium-events)",
    },
    {
      names = { "Conductance-based", "current-based" },
      meaning = "in a conductance-based neuron (`cond` in the name of the model) a spike opens a conductance, and the "
        .. "current depends on the membrane potential. In a current-based neuron (`psc`) a spike causes a current of "
        .. "fixed size.",
    },
    {
      names = { "Gap junction" },
      meaning = "a channel between neighbouring cells through which small molecules such as IP3 diffuse. [Own "
        .. "couplings](own-couplings.md)",
    },
    {
      names = { "Gliotransmitter" },
      meaning = "a substance that an astrocyte releases and that acts on neurons and synapses.",
    },
    {
      names = { "IP3" }, also = "inositol trisphosphate",
      meaning = "the messenger that synaptic input produces in an astrocyte and that releases calcium from the "
        .. "endoplasmic reticulum (ER).",
    },
    {
      names = { "SIC" }, also = "slow inward current",
      meaning = "the current that an astrocyte sends to neurons while its calcium is above `SIC_th`. Recorded as `I_SIC`, "
        .. "in pA.",
    },
    {
      names = { "Tripartite synapse" },
      meaning = "a synapse of two neurons together with an astrocyte that receives input from it and acts on it. "
        .. "[Connections](connections.md#tripartite-connections)",
    },
  },
  {
    title = "Networks",
    {
      names = { "Autapse" },
      meaning = "a connection of a neuron to itself. `allow_autapses`",
    },
    {
      names = { "Multapse" },
      meaning = "a second connection between the same two neurons in the same direction. `allow_multapses`",
    },
    {
      names = { "In-degree", "out-degree" },
      meaning = "the number of connections onto a neuron, and from a neuron.",
    },
    {
      names = { "Pool" },
      meaning = "the astrocytes that can take part in the synapses of one target neuron. `pool_size`, `pool_type`",
    },
    {
      names = { "Third factor" },
      meaning = "the third cell of a tripartite connection; here the astrocyte. `third_in` is its input connection, "
        .. "`third_out` its output connection.",
    },
    {
      names = { "Receptor" },
      meaning = "the port of a cell at which a connection arrives. `receptor_type`",
    },
    {
      names = { "Mask" },
      meaning = "the region around a node in which its partners lie. [Space](space.md#masks)",
    },
    {
      names = { "Territory" },
      meaning = "the region of space whose synapses belong to one astrocyte.",
    },
    {
      names = { "Parrot neuron" },
      meaning = "a node that repeats every spike it receives; it gives many cells the same random train.",
    },
    {
      names = { "Generator" },
      meaning = "a device that sends spikes or currents.",
    },
    {
      names = { "Recorder" },
      meaning = "a device that stores spikes or samples.",
    },
    {
      names = { "Multimeter" },
      meaning = "a recorder of sampled quantities.",
    },
  },
  {
    title = "Simulation",
    {
      names = { "Resolution" }, also = "`dt`",
      meaning = "the length of a time step, by default 0.1 ms. [Choice of the resolution](resolution.md)",
    },
    {
      names = { "Delay" },
      meaning = "the time from a spike to its effect at the target, a whole number of steps.",
    },
    {
      names = { "Slice" },
      meaning = "a group of steps, at most as long as the shortest delay, after which threads and ranks exchange spikes.",
    },
    {
      names = { "Seed" },
      meaning = "the number from which all random numbers of a simulation are derived. The same seed gives the same "
        .. "results.",
    },
    {
      names = { "Fingerprint" },
      meaning = "a short text computed from the whole state of a simulation. Equal states have equal fingerprints.",
    },
    {
      names = { "Bit-identical" }, also = "bit for bit",
      meaning = "equal in every bit of every number, not only up to rounding.",
    },
    {
      names = { "Checkpoint" },
      meaning = "a file with the whole state of a simulation, from which it can continue. [Checkpoints](checkpoints.md)",
    },
    {
      names = { "Record", "bundle" },
      meaning = "a file that documents a run so that `astrolua verify` can repeat it, and a file with a script and "
        .. "everything that it needs. [Provenance](provenance.md)",
    },
    {
      names = { "Sandbox" },
      meaning = "the restrictions under which scripts run without `--trust`. [Security](security.md)",
    },
    {
      names = { "Rank" },
      meaning = "one of the processes of a run with MPI. [Several machines](scaling.md)",
    },
    {
      names = { "Sweep" },
      meaning = "many runs of one experiment with different parameters. [Sweeps](sweeps.md)",
    },
  },
  {
    title = "Units",
    {
      names = { "Units" },
      meaning = "all numbers of a script are in these units; no conversions are needed. The equations of a model state their units "
        .. "explicitly. [Own models](own-models.md)",
      rows = {
        { "time", "millisecond", "ms" }, { "rate", "hertz, spikes per second", "Hz" },
        { "potential", "millivolt", "mV" }, { "current", "picoampere", "pA" },
        { "conductance", "nanosiemens", "nS" }, { "capacitance", "picofarad", "pF" },
        { "concentration", "micromolar", "uM" }, { "length", "millimetre", "mm" },
      },
    },
    {
      names = { "Weight" },
      meaning = "the strength of a synapse. Its unit depends on the target: nS for conductances, pA for currents and for "
        .. "`sic_connection`, mV for jumps of the potential (`delta` models); onto astrocytes it is a factor on `delta_IP3`.",
    },
  },
}
