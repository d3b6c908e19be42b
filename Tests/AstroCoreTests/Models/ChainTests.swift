import Testing

@testable import AstroCore
@testable import Equations

@Suite("Operations in chains")
struct ChainTests {
    /// More than any vector has, in chunks of every size.
    private static let cells = Frame.largest - Machine.width

    /// Values of one cell that all lanes repeat, or of each lane.
    private static func memory(_ index: Int, _ isShared: Bool) -> UnsafeMutablePointer<Double> {
        let memory = ColumnStore.allocate(cells)
        for lane in 0..<cells {
            let own = isShared ? 0 : Double(lane)
            memory[lane] = (index % 2 == 0 ? 1 : -1) * (0.7 + 0.31 * Double(index) + 0.013 * own)
        }
        return memory
    }

    private static func run(_ program: Program) -> [[UInt64]] {
        let frame = Frame(program)
        var owned: [UnsafeMutablePointer<Double>] = []
        defer { owned.forEach { $0.deallocate() } }
        for (place, leaf) in program.leaves.enumerated() {
            let isShared = leaf.kind == .parameter
            owned.append(memory(Int(leaf.index), isShared))
            frame[place] = Place(base: owned.last!, stride: isShared ? 0 : 1)
        }
        frame.run(cells)
        return (0..<program.outputs).map { output in (0..<cells).map { frame.output(output)[$0].bitPattern } }
    }

    /// An operation on another one's result, the latter in `slot`; bit i of `shared`: all cells share operand i.
    private static func graph(_ first: Operator, _ second: Operator, _ slot: Int, shared: Int) -> (Graph, Graph.ID) {
        var graph = Graph()
        let leaves = (0..<6).map { graph.leaf(shared >> $0 & 1 == 1 ? .parameter : .state, $0) }
        let inner = graph.apply(
            first, leaves[0], first.operands > 1 ? leaves[1] : -1, first.operands > 2 ? leaves[2] : -1)
        var operands = (0..<second.operands).map { leaves[3 + $0] }
        operands[slot] = inner
        let outer = graph.apply(
            second, operands[0], operands.count > 1 ? operands[1] : -1, operands.count > 2 ? operands[2] : -1)
        return (graph, outer)
    }

    /// What only the assembler writes, for operands in another order.
    private static let turned: Set<Operator> = [
        .subtractFrom, .divideInto, .addProduct, .lessProduct, .productLess, .keptWhere, .replacedWhere, .more,
        .moreEqual, .square, .cube,
    ]

    @Test("Two operations in a chain give the bits of the same ones through memory, whatever cells share")
    func pairs() {
        var pairs = 0
        let all = Operator.allCases.filter { $0.isChained && !Self.turned.contains($0) }
        for first in all {
            for second in all {
                for slot in 0..<second.operands where second.turned(slot) != nil {
                    for shared in 0..<1 << 6 {
                        let (graph, value) = Self.graph(first, second, slot, shared: shared)
                        let chain = Assembler.program(graph, parameterValues: [value])
                        let steps = Assembler.program(graph, parameterValues: [value], chains: false)
                        #expect(chain.operations == steps.operations)
                        guard Self.run(chain) == Self.run(steps) else {
                            Issue.record("\(first), then \(second) in place \(slot), shared \(shared)")
                            continue
                        }
                        pairs += chain.instructions.filter(\.goesOn).count
                    }
                }
            }
        }
        #expect(pairs > 64 * 500)
    }

    /// Each with each, in lanes.
    private static let special: [Double] = [
        0, -0.0, 1, -1, 2.5, -2.5, 0.75, 1e300, -1e300, 3e-310, .infinity, -.infinity, .nan,
    ]

    @Test("Operations give what they give of numbers, infinite ones and such that are none included")
    func numbers() {
        let size = Self.special.count, rows = (0..<3).map { _ in ColumnStore.allocate(Frame.largest) }
        defer { rows.forEach { $0.deallocate() } }
        // true and false are 0 and 1
        let logical: Set<Operator> = [.and, .or, .not, .select]
        for op in Operator.allCases where op.isChained && !logical.contains(op) && op.folded(1, 1, 1) != nil {
            var graph = Graph()
            let leaves = (0..<op.operands).map { graph.leaf(.state, $0) }
            let value = graph.apply(op, leaves[0], leaves.count > 1 ? leaves[1] : -1)
            let frame = Frame(Assembler.program(graph, parameterValues: [value]))
            for (place, leaf) in frame.program.leaves.enumerated() {
                frame[place] = Place(base: rows[Int(leaf.index)], stride: 1)
            }
            for first in stride(from: 0, to: size * size, by: Self.cells) {
                for lane in 0..<Self.cells {
                    rows[0][lane] = Self.special[(first + lane) / size % size]
                    rows[1][lane] = Self.special[(first + lane) % size]
                }
                frame.run(Self.cells)
                for lane in 0..<Self.cells {
                    let expected = op.folded(rows[0][lane], rows[1][lane], 0)!, found = frame.output(0)[lane]
                    #expect(
                        found == expected || found.isNaN && expected.isNaN,
                        "\(op) of \(rows[0][lane]) and \(rows[1][lane])")
                }
            }
        }
    }

    @Test("A value goes on to its first reader, and is put aside for the others")
    func readTwice() {
        var graph = Graph()
        let x = graph.leaf(.state, 0), y = graph.leaf(.state, 1)
        let sum = graph.apply(.add, x, y)
        let square = graph.apply(.multiply, sum, sum), root = graph.apply(.divide, sum, y)
        let program = Assembler.program(graph, parameterValues: [square, root])
        #expect(program.instructions.map(\.op) == [.add, .square, .divide])
        #expect(program.instructions.map(\.goesOn) == [false, true, false])
        #expect(program.instructions.allSatisfy { $0.target != nil })
    }

    /// Programs of a few values, each made of any two before, of which some are results.
    private static func random(_ number: UInt64) -> (Graph, [Graph.ID]) {
        var graph = Graph(), state = number &* 0x9e37_79b9_7f4a_7c15 | 1
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        var values = (0..<3).map { graph.leaf(.state, $0) } + (3..<5).map { graph.leaf(.parameter, $0) }
        let operators: [Operator] = [.add, .subtract, .multiply, .divide, .larger, .exponential]
        for _ in 0..<4 + next(20) {
            let op = operators[next(operators.count)]
            let a = values[next(values.count)], b = values[next(values.count)]
            values.append(op.operands == 1 ? graph.apply(op, a) : graph.apply(op, a, b))
        }
        return (graph, (0..<1 + next(4)).map { _ in values[values.count - 1 - next(4)] })
    }

    @Test("Any program gives the bits of its operations through memory")
    func programs() {
        var goesOn = 0, isPutAside = 0
        for number in 0..<500 {
            let (graph, values) = Self.random(UInt64(number))
            let chain = Assembler.program(graph, parameterValues: values)
            let steps = Assembler.program(graph, parameterValues: values, chains: false)
            guard Self.run(chain) == Self.run(steps) else {
                Issue.record("program \(number)")
                continue
            }
            goesOn += chain.instructions.filter(\.goesOn).count
            isPutAside +=
                zip(chain.instructions.dropFirst(), chain.instructions)
                .filter { $0.goesOn && $1.target != nil }.count
        }
        #expect(goesOn > 500 && isPutAside > 50)
    }
}
