import AstroCore
import Foundation
import Testing

extension NumericsTests {
    /// Halving the step divides the error by 2^order: a slip in a coefficient lowers the order, and shows here first.
    @Suite("Orders of convergence")
    struct OrderTests {
        /// Base-2 logarithms of the ratios of neighbouring errors.
        private func orders(_ errors: [Double]) -> [Double] { zip(errors, errors.dropFirst()).map { log2($0 / $1) } }

        private func largest(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max()! }

        /// Calcium (in uM) and h at every 16 ms of 12 s of oscillation.
        private func astrocyte(_ resolution: Double) throws -> (calcium: [Double], h: [Double]) {
            let simulation = try Simulation(resolution: resolution, threads: 1)
            let cell = try simulation.create(
                "astrocyte_lr_1994", parameters: ["IP3": .number(0.9), "IP3_0": .number(0.5)])
            let recorder = try simulation.record(
                cell, quantities: ["Ca_astro", "h_IP3R"], options: ["interval": .number(16)])
            try simulation.simulate(12_000)
            return (try recorder.column("Ca_astro"), try recorder.column("h_IP3R"))
        }

        @Test("The astrocyte's Runge-Kutta method has order 4")
        func astrocyteOrder() throws {
            let exact = try astrocyte(0.125)
            // It oscillates: there is something to be solved.
            #expect(exact.calcium.max()! > 4 * exact.calcium.min()!)
            let runs = try [8.0, 4, 2, 1].map(astrocyte)
            for errors in [
                runs.map { largest($0.calcium, exact.calcium) }, runs.map { largest($0.h, exact.h) },
            ] {
                for order in orders(errors) { #expect(abs(order - 4) < 0.3, "\(errors)") }
            }
        }

        /// Potential (mV) and w (pA) at every 2.4 ms of 24 ms below threshold, conductances and adaptation moving.
        private func neuron(_ resolution: Double) throws -> (V_m: [Double], w: [Double]) {
            let simulation = try Simulation(resolution: resolution, threads: 1)
            let cell = try simulation.create(
                "aeif_cond_alpha_astro",
                parameters: [
                    "V_m": .number(-62), "w": .number(20), "g_ex": .number(3), "dg_ex": .number(1), "g_in": .number(2),
                    "dg_in": .number(0.5), "tau_syn_ex": .number(6), "tau_syn_in": .number(9), "tau_w": .number(20),
                ])
            let recorder = try simulation.record(
                cell, quantities: ["V_m", "w"], options: ["interval": .number(2.4)])
            try simulation.simulate(24)
            return (try recorder.column("V_m"), try recorder.column("w"))
        }

        /// Synaptic time constants of eight steps and more leave one Taylor step in a step of the simulation, and the cell stays calm.
        /// Single precision hides the order: it leaves some 1e-10. With steps of 0.4 ms the series up to order 6 is off by 8e-10 mV and
        /// 1.2e-9 pA, one up to order 5 by 2.4e-8 mV and 3.9e-8 pA, one up to order 4 by 2e-6.
        @Test("The neuron's Taylor series is as good as order 6 and single precision make it")
        func neuronOrder() throws {
            let exact = try neuron(0.05)
            #expect(exact.V_m.max()! - exact.V_m.min()! > 1)
            for (step, ofV_m, ofW) in [(0.4, 2e-9, 5e-9), (0.2, 1e-9, 3e-9), (0.1, 3e-10, 1e-9)] {
                let run = try neuron(step)
                #expect(largest(run.V_m, exact.V_m) < ofV_m)
                #expect(largest(run.w, exact.w) < ofW)
            }
        }

        // MARK: The adaptive method

        /// A rotation, a logistic growth and a decay, each with a closed form.
        private static func slope(_ y: SIMD8<Double>) -> SIMD8<Double> {
            SIMD8(-y[1], y[0], y[2] * (1 - y[2]), -2 * y[3], 0, 0, 0, 0)
        }

        private static func exact(_ t: Double) -> SIMD8<Double> {
            SIMD8(cos(t + 1), sin(t + 1), 1 / (1 + 9 * exp(-t)), exp(-2 * t), 0, 0, 0, 0)
        }

        private struct Four: Variables {
            let y: SIMD8<Double>
            func adding(_ c: Double, _ k: Self) -> Self { Self(y: y.addingProduct(SIMD8(repeating: c), k.y)) }
            func scaled(_ c: Double) -> Self { Self(y: SIMD8(repeating: c) * y) }
        }

        private static func trial(_ h: Double) -> (y: SIMD8<Double>, error: SIMD8<Double>) {
            let (y, error) = RungeKuttaFehlberg45.trial(Four(y: exact(0)), Four(y: slope(exact(0))), h) {
                Four(y: slope($0.y))
            }
            return (y.y, error.y)
        }

        @Test("One trial step of the adaptive method is of order 5: its error falls with the sixth power of the step")
        func trialOrder() {
            for variable in 0..<4 {
                let errors = [0.2, 0.1, 0.05].map { abs(Self.trial($0).y[variable] - Self.exact($0)[variable]) }
                for order in orders(errors) { #expect(abs(order - 6) < 0.3, "variable \(variable): \(errors)") }
            }
        }

        @Test("Its estimate is the error of the method of order 4, which falls with the fifth power of the step")
        func estimateOrder() {
            for variable in 0..<4 {
                let steps = [0.1, 0.05, 0.025]
                let estimates = steps.map { abs(Self.trial($0).error[variable]) }
                for order in orders(estimates) { #expect(abs(order - 5) < 0.3, "variable \(variable): \(estimates)") }
                // It is cautious: the result that is kept is the better one of the two.
                for (h, estimate) in zip(steps, estimates) {
                    #expect(
                        abs(Self.trial(h).y[variable] - Self.exact(h)[variable]) < 0.5 * estimate,
                        "variable \(variable)")
                }
            }
        }

        @Test("A step is repeated where its error is over 1.1 of what is allowed, lengthened where it is under 0.5")
        func control() {
            func next(_ r: Double) -> (accepted: Bool, factor: Double) {
                (r <= RungeKuttaFehlberg45.limit, RungeKuttaFehlberg45.factor(r))
            }
            #expect(next(1.1) == (true, 1) && next(0.5) == (true, 1))
            #expect(next(0) == (true, 5) && next(1e-9) == (true, 5))
            #expect(next(1e9) == (false, 0.2))
            // 0.9 r^(-1/5) and, never shortening, 0.9 r^(-1/6)
            let shorter = next(2), longer = next(0.1), unchanged = next(0.499)
            #expect(!shorter.accepted && abs(shorter.factor / (0.9 * pow(2, -0.2)) - 1) < 1e-14)
            #expect(longer.accepted && abs(longer.factor / (0.9 * pow(0.1, -1.0 / 6)) - 1) < 1e-14)
            #expect(unchanged.accepted && abs(unchanged.factor / max(1, 0.9 * pow(0.499, -1.0 / 6)) - 1) < 1e-14)
        }
    }
}
