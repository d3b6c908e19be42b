import AstroCore
import Foundation
import Testing

@Suite("Pictures in records", .ownDirectory, .timeLimit(.minutes(10)))
struct FigureRecordTests {
    private static let script = """
        local sim = astro.Simulation { seed = 3 }
        local cells = sim:create("iaf_psc_alpha", 10, { I_e = 400 })
        local spikes = sim:record(cells)
        sim:simulate(50)
        local figure = require "astro.plot".raster(spikes)
        for _, ending in ipairs { "svg", "png", "pdf" } do figure:save("picture." .. ending) end

        """

    private func recorded(_ script: String = script) throws -> Experiment {
        let experiment = try Experiment(script: script)
        let run = try experiment.run(["--record", "run.json", "experiment.lua"])
        #expect(run.status == 0, "\(run.errors)")
        return experiment
    }

    private func written(_ experiment: Experiment) throws -> [JSON] {
        try #require(try JSON(parsing: Array(experiment.read("run.json")))["written"]?.list)
    }

    @Test("A figure counts by its data and commands, not by what gnuplot makes of them")
    func anotherGnuplot() throws {
        let experiment = try recorded()
        let entries = try written(experiment)
        #expect(entries.count == 3 && entries.allSatisfy { $0["drawing"]?.text?.count == 64 })
        for entry in entries {
            try experiment.alter(entry["sha256"]!.text!, String(repeating: "0", count: 64), digests: false)
        }
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.status == 0, "\(verified.output)")
        #expect(verified.output.contains("note: picture.png has other bytes, drawn by another gnuplot"))
        #expect(try experiment.run(["check", "run.json"]).status == 0)
    }

    @Test("Other data or another look is another figure")
    func otherData() throws {
        for (from, to) in [("I_e = 400", "I_e = 401"), ("raster(spikes)", "raster(spikes, { title = \\\"x\\\" })")] {
            let experiment = try recorded()
            try experiment.alter(from, to)
            let verified = try experiment.run(["verify", "run.json"])
            #expect(verified.status == 1)
            #expect(
                verified.output.contains("picture.pdf was drawn from other data or commands, and 2 others differ"),
                "\(verified.output)")
        }
    }

    @Test("Of a picture that a script has changed the bytes count")
    func changed() throws {
        let experiment = try recorded(
            Self.script + "local file = io.open('picture.svg', 'a') file:write('<!-- more -->') file:close()\n")
        let svg = try #require(try written(experiment).first { $0["file"]?.text == "current/picture.svg" })
        #expect(svg["drawing"] == nil)
        try experiment.alter(svg["sha256"]!.text!, String(repeating: "0", count: 64), digests: false)
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.status == 1 && verified.output.contains("picture.svg"), "\(verified.output)")
    }

    @Test("Points of a sweep draw, too")
    func sweep() throws {
        let experiment = try recorded(
            """
            require("astro.sweep").run(function(p)
              local sim = astro.Simulation()
              local spikes = sim:record(sim:create("iaf_psc_alpha", 2, { I_e = p.current }))
              sim:simulate(50)
              require "astro.plot".raster(spikes):save("picture" .. p.current .. ".svg")
            end, { current = { 400, 500 } })
            """)
        #expect(try written(experiment).compactMap { $0["drawing"]?.text }.count == 2)
        #expect(try experiment.run(["verify", "run.json"]).status == 0)
    }
}
