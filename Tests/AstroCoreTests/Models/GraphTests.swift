import Testing

@testable import Equations

@Suite("Formulas are simplified as they are made")
struct GraphTests {
    /// A sum of two states, which changes with each step, a state, and a parameter.
    private static func make() -> (graph: Graph, alpha: Graph.ID, rate: Graph.ID, x: Graph.ID, k: Graph.ID) {
        var graph = Graph()
        let alpha = graph.leaf(.state, 0), beta = graph.leaf(.state, 1)
        let rate = graph.apply(.add, alpha, beta), x = graph.leaf(.state, 2), k = graph.leaf(.parameter, 0)
        return (graph, alpha, rate, x, k)
    }

    @Test("(x_inf - x)/tau with x_inf = alpha/rate and tau = 1/rate is alpha - x rate")
    func gates() {
        var (graph, alpha, rate, x, _) = Self.make()
        let ratio = graph.apply(.divide, alpha, rate), tau = graph.apply(.divide, graph.constant(1), rate)
        let gate = graph.apply(.divide, graph.apply(.subtract, ratio, x), tau)
        #expect(gate == graph.apply(.subtract, alpha, graph.apply(.multiply, x, rate)))
        let turned = graph.apply(.multiply, rate, graph.apply(.subtract, x, ratio))
        #expect(turned == graph.apply(.subtract, graph.apply(.multiply, x, rate), alpha))
        let sum = graph.apply(.multiply, graph.apply(.add, x, ratio), rate)
        #expect(sum == graph.apply(.add, graph.apply(.multiply, x, rate), alpha))
    }

    @Test("A factor that parameters decide stays outside")
    func factors() {
        var (graph, alpha, rate, x, k) = Self.make()
        let ratio = graph.apply(.divide, alpha, rate)
        let tau = graph.apply(.divide, graph.constant(1), graph.apply(.multiply, k, rate))
        let gate = graph.apply(.divide, graph.apply(.subtract, ratio, x), tau)
        let inside = graph.apply(.subtract, alpha, graph.apply(.multiply, x, rate))
        #expect(gate == graph.apply(.multiply, k, inside))
    }

    @Test("Quotients by something else, and those that parameters decide, are left alone")
    func others() {
        var (graph, alpha, rate, x, k) = Self.make()
        for (factor, below) in [(rate, x), (x, rate), (k, rate)] {
            let difference = graph.apply(.subtract, graph.apply(.divide, alpha, below), x)
            let product = graph.apply(.multiply, factor, difference)
            #expect(graph[product].op == .multiply && graph[difference].op == .subtract)
            #expect([graph[product].a, graph[product].b].sorted() == [factor, difference].sorted())
        }
    }
}
