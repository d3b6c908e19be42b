/// Repeats every incoming spike at once, whatever its weight. Spikes on receptor 1 are swallowed.
package struct ParrotNeuron: NodeModel {
    package static let name = "parrot_neuron"
    package static let family = NodeFamily.neuron
    package static let parameters = [
        Parameter(
            "tau_minus", 20, .ms,
            "time constant of the post-spike trace that stdp_synapse reads", .positive)
    ]
    package static let recordables: [Recordable] = []
    package static let inputs = {
        var inputs = NodeInputs()
        inputs.spikeChannels = 1
        inputs.countsSpikes = true
        inputs.current = false
        return inputs
    }()
    package static let text = ModelText(
        summary: "Repeats every incoming spike, whatever its weight.",
        notes: [
            "The multiplicities of spikes that arrive together are summed and repeated.",
            "Spikes on receptor 1 are ignored.",
            "Between a generator and a plastic synapse, or to give many cells the same random train.",
        ])

    package init(_ columns: ModelColumns) {}

    package func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        for step in steps {
            let row = io.spikeRow(step &+ 1)
            for cell in cells.lowerBound..<min(cells.upperBound, io.count) where row[cell] != 0 {
                io.emit(step: step, cell: cell, number: Int(min(row[cell], 1e12)))
                row[cell] = 0
            }
        }
    }
}
