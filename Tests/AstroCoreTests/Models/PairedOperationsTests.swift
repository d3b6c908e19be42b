import Testing

@testable import AstroCore
@testable import Equations

@Suite("Two operations in one instruction")
struct PairedOperationsTests {
    /// Values of one cell that all lanes repeat, or of each lane.
    private static func memory(_ index: Int, _ isShared: Bool) -> UnsafeMutablePointer<Double> {
        let memory = ColumnStore.allocate(2 * Machine.width)
        for lane in 0..<2 * Machine.width {
            let own = isShared ? 0 : Double(lane)
            memory[lane] = (index % 2 == 0 ? 1 : -1) * (0.7 + 0.31 * Double(index) + 0.013 * own)
        }
        return memory
    }

    private static func run(_ program: Program) -> [UInt64] {
        let frame = Frame(program), cells = 2 * Machine.width
        var owned: [UnsafeMutablePointer<Double>] = []
        defer { owned.forEach { $0.deallocate() } }
        for (place, leaf) in program.leaves.enumerated() {
            let isShared = leaf.kind == .parameter
            owned.append(memory(Int(leaf.index), isShared))
            frame[place] = Place(base: owned.last!, stride: isShared ? 0 : 1)
        }
        frame.run(cells)
        return (0..<cells).map { frame.output(0)[$0].bitPattern }
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

    /// What only the assembler writes, for the second operand of a pair.
    private static let turned: Set<Operator> = [
        .divideInto, .addProduct, .lessProduct, .productLess, .keptWhere, .replacedWhere,
    ]

    @Test("A pair gives the bits of its two operations, whatever cells share")
    func bits() {
        var pairs = 0
        for first in Operator.allCases where first.isFirst {
            for second in Operator.allCases where !Self.turned.contains(second) {
                for slot in 0..<second.operands where second.turned(slot)?.op.isSecond == true {
                    for shared in 0..<64 {
                        let (graph, value) = Self.graph(first, second, slot, shared: shared)
                        let one = Assembler.program(graph, parameterValues: [value])
                        let two = Assembler.program(graph, parameterValues: [value], pairs: false)
                        let isShorter = one.instructions.count < two.instructions.count || two.instructions.count == 1
                        #expect(one.operations == two.instructions.count && isShorter)
                        guard Self.run(one) == Self.run(two) else {
                            Issue.record("\(first), then \(second) in place \(slot), shared \(shared)")
                            continue
                        }
                        pairs += two.instructions.count - 1
                    }
                }
            }
        }
        #expect(pairs > 64 * 100)
    }

    @Test("A value that is read twice stays a value")
    func readTwice() {
        var graph = Graph()
        let x = graph.leaf(.state, 0), y = graph.leaf(.state, 1)
        let sum = graph.apply(.add, x, y)
        let square = graph.apply(.multiply, sum, sum), root = graph.apply(.divide, sum, y)
        let program = Assembler.program(graph, parameterValues: [square, root])
        #expect(program.instructions.map(\.op) == [.add, .multiply, .divide])
        #expect(program.instructions.allSatisfy { $0.then == .copy })
    }
}
