/// Operations on the places of a frame, one after the other. A place is a value for each cell of a block.
///
/// In a frame come first what the program reads from outside (`leaves`), then numbers of the text, then what it gives (`outputs`),
/// then registers.
package struct Program: Sendable {
    /// An operation on a, b, c.
    package struct Instruction: Sendable, Equatable {
        package let op: Operator
        /// Is a the result of the instruction before, which is still in the processor's registers? Then no place holds it.
        package let goesOn: Bool
        /// Of a draw: its place in the texts.
        package let site: Int32
        /// nil where only the next instruction reads the result.
        package let target: Int32?
        package let a, b, c: Int32
    }

    package var leaves: [Leaf] = []
    package var constants: [Double] = []
    package var outputs = 0
    package var registers = 0
    package var instructions: [Instruction] = []

    package var firstConstant: Int { leaves.count }
    package var firstOutput: Int { leaves.count + constants.count }
    package var firstRegister: Int { firstOutput + outputs }
    package var places: Int { firstRegister + registers }
    package var operations: Int { instructions.reduce(0) { $0 + ($1.op == .cube ? 2 : 1) } }

    /// Is there a draw among the instructions?
    package private(set) var drawsRandomly = false

    /// Where ports lie among the leaves.
    package private(set) var ports: [(leaf: Int, port: Int)] = []

    /// Notes what whoever runs it asks at each step.
    fileprivate mutating func finish() {
        drawsRandomly = instructions.contains { $0.op.isRandom }
        ports = leaves.enumerated().compactMap { $1.kind == .port ? ($0, Int($1.index)) : nil }
    }
}

/// What is worked out of parameters alone, before cells are advanced: each has a place among the model's derived columns.
package struct DerivedValues: Sendable {
    package private(set) var nodes: [Graph.ID] = []
    private var places: [Graph.ID: Int] = [:]

    mutating func place(of node: Graph.ID) -> Int {
        if let place = places[node] { return place }
        places[node] = nodes.count
        nodes.append(node)
        return nodes.count - 1
    }
}

/// Writes the operations that give some values, with as few registers as one pass finds.
package struct Assembler {
    /// A value, and the leaf whose memory it will be written to, if it is one's.
    typealias Output = (value: Graph.ID, over: Leaf?)

    private let graph: Graph
    private let chains: Bool
    /// May a product and a sum be rounded once?
    private let fuses: Bool
    /// nil: what depends on parameters only is worked out like the rest.
    private var derived: DerivedValues?
    private var program = Program()
    private var leafPlaces: [Leaf: Int32] = [:]
    private var constantPlaces: [UInt64: Int32] = [:]

    /// - `derived`: gets what depends on parameters only.
    /// - `fuses`: may a product and a sum be rounded once?
    static func program(
        _ graph: Graph, _ outputs: [Output], _ derived: inout DerivedValues, fuses: Bool = true
    ) -> Program {
        var assembler = Assembler(graph, derived, chains: true, fuses: fuses)
        defer { derived = assembler.derived! }
        return assembler.assemble(outputs)
    }

    /// The program that works out derived values themselves.
    ///
    /// - `chains`: may an operation take the result of the one before?
    package static func program(_ graph: Graph, parameterValues: [Graph.ID], chains: Bool = true) -> Program {
        var assembler = Assembler(graph, nil, chains: chains, fuses: true)
        return assembler.assemble(parameterValues.map { ($0, nil) })
    }

    /// A program that works out everything itself, and may write values over what it reads.
    static func program(_ graph: Graph, writing outputs: [Output]) -> Program {
        var assembler = Assembler(graph, nil, chains: true, fuses: true)
        return assembler.assemble(outputs)
    }

    private init(_ graph: Graph, _ derived: DerivedValues?, chains: Bool, fuses: Bool) {
        (self.graph, self.derived, self.chains, self.fuses) = (graph, derived, chains, fuses)
    }

    /// An operation whose operands are still values.
    fileprivate struct Step {
        var op: Operator
        let value: Graph.ID
        var operands: [Graph.ID]
        var site: Int32 = 0
        /// Is the first operand what the step before gives?
        var goesOn = false
        /// Does anybody but the next step read the value?
        var isKept = true

        /// Operands that lie in memory.
        var read: ArraySlice<Graph.ID> { goesOn ? operands.dropFirst() : operands[...] }
    }

    private mutating func assemble(_ outputs: [Output]) -> Program {
        var (steps, leafOf) = steps(outputs.map(\.value))
        if chains { steps = Chains(steps, outputs.map(\.value)).steps }
        for index in steps.indices { putSharedSecond(&steps[index], leafOf) }
        layOut(steps, leafOf, outputs)
        var places = Places(direct: directPlaces(steps, leafOf, outputs), lastUse: [:], program.firstRegister)
        for (position, step) in steps.enumerated() {
            for operand in step.read { places.lastUse[operand] = position }
        }
        for output in outputs { places.lastUse[output.value] = steps.count }
        // a state that another one takes over is put aside before it changes
        for output in outputs {
            guard let leaf = leafOf[output.value], leaf != output.over, places.known[output.value] == nil else {
                continue
            }
            append(
                Step(op: .copy, value: output.value, operands: []), places.register(for: output.value),
                [leafPlaces[leaf]!])
        }
        for (position, step) in steps.enumerated() {
            let find = { (value: Graph.ID) in places.known[value] ?? place(of: value, leafOf) }
            let operands = step.read.map(find)
            places.release(step.read, after: position)
            let direct = places.direct[step.value].map { Int32(program.firstOutput + $0) }
            append(step, step.isKept ? places.take(direct, for: step.value) : nil, operands)
        }
        for (index, output) in outputs.enumerated() where places.direct[output.value] != index {
            if leafOf[output.value] != nil, leafOf[output.value] == output.over { continue }
            let source = places.known[output.value] ?? place(of: output.value, leafOf)
            append(
                Step(op: .copy, value: output.value, operands: []), Int32(program.firstOutput + index), [source])
        }
        program.registers = places.registers
        program.finish()
        return program
    }

    /// Which values lie where while operations are written.
    private struct Places {
        let direct: [Graph.ID: Int]
        var lastUse: [Graph.ID: Int]
        let firstRegister: Int
        var known: [Graph.ID: Int32] = [:]
        private(set) var registers = 0
        private var free: [Int32] = []

        init(direct: [Graph.ID: Int], lastUse: [Graph.ID: Int], _ firstRegister: Int) {
            (self.direct, self.lastUse, self.firstRegister) = (direct, lastUse, firstRegister)
        }

        mutating func release(_ operands: ArraySlice<Graph.ID>, after position: Int) {
            for operand in Set(operands).sorted() where lastUse[operand] == position {
                if let register = known[operand], register >= firstRegister { free.append(register) }
            }
        }

        mutating func take(_ target: Int32?, for value: Graph.ID) -> Int32 {
            known[value] = target ?? free.popLast() ?? fresh()
            return known[value]!
        }

        mutating func register(for value: Graph.ID) -> Int32 {
            known[value] = fresh()
            return known[value]!
        }

        private mutating func fresh() -> Int32 {
            registers += 1
            return Int32(firstRegister + registers - 1)
        }
    }

    /// Values that can be written to their output at once: nobody reads later what its memory held before.
    private func directPlaces(_ steps: [Step], _ leafOf: [Graph.ID: Leaf], _ outputs: [Output]) -> [Graph.ID: Int] {
        var lastRead: [Leaf: Int] = [:], positions: [Graph.ID: Int] = [:]
        for (position, step) in steps.enumerated() {
            positions[step.value] = position
            for operand in step.read { if let leaf = leafOf[operand] { lastRead[leaf] = position } }
        }
        var direct: [Graph.ID: Int] = [:]
        for (index, output) in outputs.enumerated() where direct[output.value] == nil {
            guard let position = positions[output.value] else { continue }
            if let leaf = output.over, let last = lastRead[leaf], last > position { continue }
            direct[output.value] = index
        }
        return direct
    }

    private mutating func append(_ step: Step, _ target: Int32?, _ operands: [Int32]) {
        // what is not read is some place
        let first = step.goesOn ? 1 : 0
        let place = { (index: Int) in operands.indices.contains(index - first) ? operands[index - first] : 0 }
        program.instructions.append(
            .init(
                op: step.op, goesOn: step.goesOn, site: step.site, target: target, a: place(0), b: place(1), c: place(2)
            ))
    }

    private func place(of value: Graph.ID, _ leafOf: [Graph.ID: Leaf]) -> Int32 {
        if let leaf = leafOf[value] { return leafPlaces[leaf]! }
        return constantPlaces[graph[value].bits]!
    }

    /// Gives leaves and constants their places.
    private mutating func layOut(_ steps: [Step], _ leafOf: [Graph.ID: Leaf], _ outputs: [Output]) {
        program.outputs = outputs.count
        let read = steps.flatMap(\.read) + outputs.map(\.value)
        for value in read {
            if let leaf = leafOf[value], leafPlaces[leaf] == nil {
                leafPlaces[leaf] = Int32(program.leaves.count)
                program.leaves.append(leaf)
            }
        }
        for value in read where leafOf[value] == nil && graph[value].op == .constant {
            let bits = graph[value].bits
            if constantPlaces[bits] == nil {
                constantPlaces[bits] = Int32(program.leaves.count + program.constants.count)
                program.constants.append(Double(bitPattern: bits))
            }
        }
    }

    /// The operations in an order in which each finds its operands; products that are only added become part of the sum.
    private mutating func steps(_ roots: [Graph.ID]) -> ([Step], [Graph.ID: Leaf]) {
        var leafOf: [Graph.ID: Leaf] = [:]
        let needed = needed(roots, &leafOf)
        var uses: [Graph.ID: Int] = [:]
        for id in needed { graph[id].forEachOperand { uses[$0, default: 0] += 1 } }
        for root in roots { uses[root, default: 0] += 1 }
        var fused: Set<Graph.ID> = [], made: [Step] = []
        for id in needed.reversed() {
            let node = graph[id]
            if leafOf[id] != nil || node.op == .constant || fused.contains(id) { continue }
            let step = fusing(id, node) { fuses && uses[$0] == 1 && leafOf[$0] == nil && graph[$0].op == .multiply }
            if let product = step.fused { fused.insert(product) }
            made.append(step.step)
        }
        return (made.reversed(), leafOf)
    }

    /// The machine reads what all cells share once if it is not the first operand.
    private func putSharedSecond(_ step: inout Step, _ leafOf: [Graph.ID: Leaf]) {
        func isShared(_ value: Graph.ID) -> Bool {
            leafOf[value].map { $0.level <= .parameters } ?? (graph[value].op == .constant)
        }
        guard !step.goesOn, step.operands.count > 1, isShared(step.operands[0]), !isShared(step.operands[1]),
            let turned = step.op.turned(1)
        else { return }
        (step.op, step.operands) = (turned.op, turned.order.map { step.operands[$0] })
    }

    private func fusing(_ id: Graph.ID, _ node: Graph.Node, _ isFree: (Graph.ID) -> Bool) -> (
        step: Step, fused: Graph.ID?
    ) {
        func step(_ op: Operator, _ product: Graph.ID, _ other: Graph.ID) -> (Step, Graph.ID?) {
            (Step(op: op, value: id, operands: [graph[product].a, graph[product].b, other]), product)
        }
        if node.op == .add {
            if isFree(node.b) { return step(.multiplyAdd, node.b, node.a) }
            if isFree(node.a) { return step(.multiplyAdd, node.a, node.b) }
        }
        if node.op == .subtract {
            if isFree(node.b) { return step(.subtractProduct, node.b, node.a) }
            if isFree(node.a) { return step(.multiplySubtract, node.a, node.b) }
        }
        if node.op == .multiply {
            if node.a == node.b { return (Step(op: .square, value: id, operands: [node.a]), nil) }
            for (square, x) in [(node.a, node.b), (node.b, node.a)]
            where isFree(square) && graph[square].a == x && graph[square].b == x {
                return (Step(op: .cube, value: id, operands: [x]), square)
            }
        }
        var operands: [Graph.ID] = []
        node.forEachOperand { operands.append($0) }
        return (Step(op: node.op, value: id, operands: operands, site: node.op.isRandom ? node.c : 0), nil)
    }

    /// Nodes behind their parts; what parameters decide is a leaf.
    private mutating func needed(_ roots: [Graph.ID], _ leafOf: inout [Graph.ID: Leaf]) -> [Graph.ID] {
        guard let last = roots.max() else { return [] }
        var isNeeded = [Bool](repeating: false, count: Int(last) + 1)
        for root in roots { isNeeded[Int(root)] = true }
        var found: [Graph.ID] = []
        for i in stride(from: Int(last), through: 0, by: -1) where isNeeded[i] {
            let id = Graph.ID(i), node = graph[id]
            found.append(id)
            if node.op == .leaf {
                leafOf[id] = node.leaf
            } else if derived != nil, node.op != .constant, graph.level(id) <= .parameters {
                leafOf[id] = Leaf(.derived, derived!.place(of: id))
            } else {
                node.forEachOperand { isNeeded[Int($0)] = true }
            }
        }
        return found.reversed()
    }
}

/// Steps in an order in which many take what the one before gives: a value goes on to the first step that reads it. Where others read it
/// later, it is put aside on the way.
private struct Chains {
    /// Steps of which each takes the result of the one before. All are done where the last one was.
    private struct Chain {
        var steps: [Assembler.Step] = []
        /// Who reads values of the chain from outside: positions, a list a value, the first one last.
        var readers: [[Int]] = []

        /// Only there may it go on: later, somebody would miss a value.
        var firstReader: Int { readers.reduce(.max) { min($0, $1.last!) } }

        /// The reader at a position becomes part of the chain.
        mutating func goOn(to position: Int) {
            for index in readers.indices where readers[index].last == position { readers[index].removeLast() }
            readers.removeAll(where: \.isEmpty)
        }
    }

    /// By the position of the last step.
    private var chains: [Chain?] = []
    private var ends: [Graph.ID: Int] = [:]
    private var readers: [Graph.ID: [Int]] = [:]
    private let results: Set<Graph.ID>

    var steps: [Assembler.Step] { chains.flatMap { $0?.steps ?? [] } }

    init(_ steps: [Assembler.Step], _ results: [Graph.ID]) {
        self.results = Set(results)
        for (position, step) in steps.enumerated().reversed() {
            for operand in Set(step.operands) { readers[operand, default: []].append(position) }
        }
        for step in steps { add(step) }
    }

    private mutating func add(_ step: Assembler.Step) {
        var step = step, chain = Chain()
        if let slot = goingOn(step), let turned = step.op.turned(slot) {
            let end = ends[step.operands[slot]]!
            (chain, chains[end]) = (chains[end]!, nil)
            chain.goOn(to: chains.count)
            chain.steps[chain.steps.count - 1].isKept = !isAlone(step, slot)
            (step.op, step.operands, step.goesOn) = (turned.op, turned.order.map { step.operands[$0] }, true)
        }
        chain.steps.append(step)
        if let others = readers[step.value] { chain.readers.append(others) }
        if step.op.isChained { ends[step.value] = chains.count }
        chains.append(chain)
    }

    /// The operand that a step takes from the step before: one that nobody else reads, if there is any, which need not be put aside.
    private func goingOn(_ step: Assembler.Step) -> Int? {
        guard step.op.isChained else { return nil }
        let slots = step.operands.indices.filter { slot in
            guard step.op.turned(slot) != nil, let end = ends[step.operands[slot]], let chain = chains[end] else {
                return false
            }
            return chain.firstReader == chains.count
        }
        func rank(_ slot: Int) -> (Int, Int) { (isAlone(step, slot) ? 1 : 0, ends[step.operands[slot]]!) }
        return slots.max { rank($0) < rank($1) }
    }

    /// Does only this operand of the step read its value?
    private func isAlone(_ step: Assembler.Step, _ slot: Int) -> Bool {
        let value = step.operands[slot]
        return readers[value]!.count == 1 && !results.contains(value) && step.operands.filter { $0 == value }.count == 1
    }
}
