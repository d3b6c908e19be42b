import AstroCore
import Foundation
import Testing

extension NumericsTests {
    /// What the models propagate exactly, against formulas, through the engine that users have.
    @Suite("Closed forms")
    struct ClosedFormTests {
        /// What n steps may add up to: each multiplies by a factor that was rounded once (2^-53) and rounds its product.
        private func rounding(_ steps: Int) -> Double { 2 * Double(steps + 4) * 0x1p-53 }

        @Test("IP3 falls exponentially to its resting value", arguments: [(1.0, 7142.0), (0.1, 50.0), (2.5, 900.0)])
        func ip3(_ resolution: Double, _ tau: Double) throws {
            let simulation = try Simulation(resolution: resolution)
            let astrocyte = try simulation.create(
                "astrocyte_lr_1994",
                parameters: ["IP3": .number(2), "IP3_0": .number(0.25), "tau_IP3": .number(tau)])
            let recorder = try simulation.record(
                astrocyte, quantities: ["IP3"], options: ["interval": .number(resolution)])
            try simulation.simulate(400 * resolution)
            let values = try recorder.column("IP3")
            try #require(values.count == 400)
            for (i, value) in values.enumerated() {
                let exact = 0.25 + 1.75 * exp(-Double(i + 1) * resolution / tau)
                #expect(abs(value / exact - 1) < 1e-13, "step \(i + 1)")
            }
        }

        /// The weights are small: a strong input hands the cell to the adaptive method, which has a tolerance.
        @Test(
            "One spike of weight W opens a conductance W e s/tau exp(-s/tau), whose peak is |W| after tau",
            arguments: [(0.2, 2.0), (1.0, 5.0), (3.5, 0.4), (20.0, 8.0)])
        func alpha(_ tau_ex: Double, _ tau_in: Double) throws {
            let simulation = try Simulation()
            let neuron = try simulation.create(
                "aeif_cond_alpha_astro", parameters: ["tau_syn_ex": .number(tau_ex), "tau_syn_in": .number(tau_in)])
            let spike = try simulation.create("spike_generator", parameters: ["spike_times": .numbers([1])])
            _ = try simulation.connect(spike, neuron, synapse: ["weight": .number(0.003), "delay": .number(0.5)])
            _ = try simulation.connect(spike, neuron, synapse: ["weight": .number(-0.002), "delay": .number(0.5)])
            let recorder = try simulation.record(
                neuron, quantities: ["g_ex", "g_in"], options: ["interval": .number(0.1)])
            try simulation.simulate(41.5)
            for (name, weight, tau) in [("g_ex", 0.003, tau_ex), ("g_in", 0.002, tau_in)] {
                let g = try recorder.column(name)
                try #require(g.count == 415)
                // the spike arrives at 1.5 ms: sample 14 is the one at that time
                #expect(g[...14].allSatisfy { $0 == 0 })
                for i in 15..<g.count {
                    let s = Double(i - 14) / 10
                    let exact = weight * s / tau * exp(1 - s / tau)
                    #expect(abs(g[i] / exact - 1) < rounding(i) + 1e-14, "\(name), \(s) ms after the spike")
                }
                let peak = g.indices.max { g[$0] < g[$1] }!
                #expect(peak == 14 + Int((tau * 10).rounded()), "\(name)")
                #expect(abs(g[peak] / weight - 1) < 1e-13, "\(name)")
            }
        }

        // MARK: Tsodyks

        /// x, y and u right after the spikes at `times`, their differential equations solved by small steps.
        private func released(
            at times: [Double], U: Double, tau_psc: Double, tau_rec: Double, tau_fac: Double
        ) -> (x: Double, y: Double, u: Double) {
            var (x, y, u) = (1.0, 0.0, 0.0)
            func slope(_ x: Double, _ y: Double, _ u: Double) -> SIMD3<Double> {
                SIMD3((1 - x - y) / tau_rec, -y / tau_psc, tau_fac > 0 ? -u / tau_fac : 0)
            }
            var last = 0.0
            for time in times {
                let n = Int(((time - last) / 0.005).rounded(.up)), h = (time - last) / Double(n)
                var s = SIMD3(x, y, u)
                for _ in 0..<n {
                    let k1 = slope(s.x, s.y, s.z)
                    let s2 = s + k1 * (h / 2), k2 = slope(s2.x, s2.y, s2.z)
                    let s3 = s + k2 * (h / 2), k3 = slope(s3.x, s3.y, s3.z)
                    let s4 = s + k3 * h, k4 = slope(s4.x, s4.y, s4.z)
                    let ends = k1 + k4, middle = k2 + k3
                    s += (ends + middle * 2) * (h / 6)
                }
                (x, y, u) = (s.x, s.y, tau_fac > 0 ? s.z : 0)
                u += U * (1 - u)
                let r = u * x
                x -= r
                y += r
                last = time
            }
            return (x, y, u)
        }

        /// The numerical solution's own error is below 1e-12: steps of 0.005 ms with order 4, time constants from 1.5 ms.
        @Test(
            "A tsodyks_synapse follows its differential equations from spike to spike, equal time constants included",
            arguments: [
                (0.5, 3.0, 800.0, 0.0), (0.15, 1.5, 130.0, 530.0), (0.7, 20.0, 20.0, 50.0),
                (0.7, 20.0, 20.0 * (1 + 1e-6), 50.0), (0.7, 20.0, 20.0 * (1 + 5e-8), 50.0), (1.0, 50.0, 4.0, 10.0),
            ])
        func tsodyks(_ U: Double, _ tau_psc: Double, _ tau_rec: Double, _ tau_fac: Double) throws {
            let times = [2.0, 7.5, 7.6, 19.0, 19.4, 40.0, 91.3, 92.0, 180.0]
            for count in 1...times.count {
                let simulation = try Simulation()
                let spikes = try simulation.create(
                    "spike_generator", parameters: ["spike_times": .numbers(times.prefix(count).map { $0 - 1 })])
                let sender = try simulation.create("parrot_neuron")
                let target = try simulation.create("aeif_cond_alpha_astro")
                _ = try simulation.connect(spikes, sender, synapse: ["delay": .number(1)])
                _ = try simulation.connect(
                    sender, target,
                    synapse: [
                        "synapse_model": .text("tsodyks_synapse"), "U": .number(U), "tau_psc": .number(tau_psc),
                        "tau_rec": .number(tau_rec), "tau_fac": .number(tau_fac),
                    ])
                try simulation.simulate(times[count - 1] + 1)
                let synapse = try simulation.connections(source: sender, target: target)
                let exact = released(
                    at: Array(times.prefix(count)), U: U, tau_psc: tau_psc, tau_rec: tau_rec, tau_fac: tau_fac)
                // Where the time constants nearly agree, their difference loses digits, down to 2^-53 / 1e-7; below
                // 1e-7 the limit stands in, off by half of their relative difference.
                let nearlyEqual = tau_psc != tau_rec && abs(tau_psc / tau_rec - 1) < 1e-3
                let tolerance = nearlyEqual ? 2.5e-8 : 1e-12
                #expect(abs(try synapse.get("x")[0] - exact.x) < tolerance, "spike \(count)")
                #expect(abs(try synapse.get("y")[0] - exact.y) < tolerance, "spike \(count)")
                #expect(abs(try synapse.get("u")[0] - exact.u) < 1e-12, "spike \(count)")
            }
        }
    }
}
