/// Repeats every incoming spike at once, whatever its weight. Spikes on receptor 1 are swallowed.
struct ParrotNeuron: NodeKernel {
    static let definition = ModelDefinition(
        "parrot_neuron", .neuron,
        parameters: [
            Parameter(
                "tau_minus", 20, .ms,
                "time constant of the post-spike trace that stdp_synapse reads", .positive
            )
        ],
        ports: [.spikes("all", .counted), .spikes("none", .ignored, receptor: 1)],
        text: ModelText(
            summary: "Repeats every incoming spike, whatever its weight.",
            notes: [
                "The multiplicities of spikes that arrive together are summed and repeated.",
                "Spikes on receptor 1 are ignored.",
                "Use it between a generator and a plastic synapse, or to give many cells the same random train.",
            ])
    ) { _ in ParrotNeuron() }

    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        let spikes = io.spikes(0)
        for step in steps {
            let row = spikes.row(step &+ 1)
            for cell in cells.lowerBound..<min(cells.upperBound, io.count) where row[cell] != 0 {
                io.emit(step: step, cell: cell, count: Int(min(row[cell], 1e12)))
                row[cell] = 0
            }
        }
    }
}
