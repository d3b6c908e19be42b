import Equations

/// The places of a program: what it reads, its numbers, what it gives and its registers.
final class Frame {
    /// The most cells that a program goes through at a time: registers stay in the nearest cache.
    static let largest = 256

    /// Cells in blocks that a program can go through.
    static func blocks(of cells: Range<Int>) -> some Sequence<Range<Int>> {
        Swift.stride(from: cells.lowerBound, to: cells.upperBound, by: largest).lazy.map {
            $0..<min($0 + largest, cells.upperBound)
        }
    }

    /// How far it is from one register to the next: not a power of two, so that loads do not wait for stores that lie 4 kB away.
    static let stride = largest + 8

    let program: Program
    /// The program's own: asking it would count the references of its lists.
    let drawsRandomly: Bool
    private let firstOutput: Int
    /// nil until it is known where places lie.
    private var machine: Machine?
    let places: UnsafeMutablePointer<Place>
    /// Numbers of the text, each so often that a vector can read it; then registers.
    private let memory: UnsafeMutablePointer<Double>

    init(_ program: Program) {
        self.program = program
        (firstOutput, drawsRandomly) = (program.firstOutput, program.drawsRandomly)
        places = .allocate(capacity: max(program.places, 1))
        let constants = program.constants.count * Machine.width
        memory = ColumnStore.allocate(constants + (program.registers + program.outputs) * Self.stride)
        for leaf in program.leaves.indices { (places + leaf).initialize(to: Place(base: memory, stride: 0)) }
        for (index, value) in program.constants.enumerated() {
            let base = memory + index * Machine.width
            base.initialize(repeating: value, count: Machine.width)
            (places + program.firstConstant + index).initialize(to: Place(base: base, stride: 0))
        }
        for index in 0..<program.registers + program.outputs {
            let base = memory + constants + index * Self.stride
            base.initialize(repeating: 0, count: Self.largest)
            (places + program.firstOutput + index).initialize(to: Place(base: base, stride: 1))
        }
    }

    deinit {
        forgetMachine()
        places.deallocate()
        memory.deallocate()
    }

    /// Where a leaf lies.
    subscript(leaf: Int) -> Place {
        get { places[leaf] }
        set {
            let isAlike = newValue.stride == places[leaf].stride
            places[leaf] = newValue
            if isAlike { machine?.move(leaf) } else { forgetMachine() }
        }
    }

    /// Where an output goes, if not to the frame's own memory.
    func setOutput(_ index: Int, _ place: Place) { self[firstOutput + index] = place }

    func place(ofOutput index: Int) -> UnsafeMutablePointer<Place> { places + firstOutput + index }

    func output(_ index: Int) -> UnsafeMutablePointer<Double> { places[firstOutput + index].base }

    func run(_ count: Int) { run(0..<count) }

    /// Of a program that draws nothing: these cells alone.
    func run(_ cells: Range<Int>) { ready().run(cells, NoDraws()) }

    func run(_ count: Int, _ draws: some DrawSource) { ready().run(0..<count, draws) }

    private func forgetMachine() {
        machine?.deallocate()
        machine = nil
    }

    private func ready() -> Machine {
        if let machine { return machine }
        let made = Machine(program, places)
        machine = made
        return made
    }
}
