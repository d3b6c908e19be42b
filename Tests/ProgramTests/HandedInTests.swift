import Foundation
import Testing

@Suite("What was handed in is shown", .ownDirectory, .timeLimit(.minutes(10)))
struct HandedInTests {
    private static let script = """
        local current = require "parts.model".current
        local sim = astro.Simulation { seed = 3 }
        local cells = sim:create("iaf_psc_alpha", 10, { I_e = current + #io.open("data/weight.csv"):read("a") })
        local spikes = sim:record(cells)
        sim:simulate(50)
        spikes:save("results/spikes.csv")
        io.open("removed", "w"):write("x"):close()
        os.remove("removed")
        print(spikes.n_events)

        """

    private func recorded() throws -> Experiment {
        let experiment = try Experiment(script: Self.script)
        #expect(try experiment.run(["--record", "run.json", "experiment.lua"]).status == 0)
        return experiment
    }

    @Test("verify --keep leaves what the run wrote, and its record, in a new directory")
    func keep() throws {
        let experiment = try recorded()
        for words in [["--keep", "again", "run.json"], ["run.json", "--keep", "twice"]] {
            let verified = try experiment.run(["verify"] + words)
            #expect(
                verified.status == 0 && !verified.output.contains("not kept"), "\(verified.output)\(verified.errors)")
        }
        #expect(try experiment.read("again/results/spikes.csv") == experiment.read("results/spikes.csv"))
        #expect(try experiment.shell("cd again && find . -type f | sort") == "./results/spikes.csv\n./run.json\n")
        #expect(try experiment.run(["diff", "run.json", "again/run.json"]).status == 0)
    }

    @Test("What differs is kept, too, and diff says where")
    func keepDifferent() throws {
        let experiment = try recorded()
        try experiment.shell("mkdir first && cp -r run.json results first")
        try experiment.alter("current + #io", "1 + current + #io")
        #expect(try experiment.run(["verify", "--keep", "again", "run.json"]).status == 1)
        let diff = try experiment.run(["diff", "first/run.json", "again/run.json"])
        #expect(diff.output.contains("results/spikes.csv: line 2 is '"), "\(diff.output)")
    }

    @Test("Nothing is written over what is there, or through a link")
    func keepSafely() throws {
        let experiment = try recorded()
        try experiment.shell(
            "mkdir full out && echo mine >full/run.json && ln -s out/file link && ln -s $PWD/out through")
        for directory in ["full", "link", "through", "run.json", "none/below"] {
            let verified = try experiment.run(["verify", "--keep", directory, "run.json"])
            #expect(verified.status == 2, "\(directory): \(verified.output)")
        }
        #expect(try experiment.text("full/run.json") == "mine\n")
        #expect(try experiment.shell("ls out") == "")
        for words in [["--keep"], ["--keep", "x"], ["--kept", "x", "run.json"]] {
            #expect(try experiment.run(["verify"] + words).status == 2)
        }
    }

    @Test("unpack writes script, modules, data and record of a bundle, which run and verify there")
    func unpackBundle() throws {
        let experiment = try recorded()
        #expect(try experiment.run(["bundle", "experiment.lua"]).status == 0)
        let unpacked = try experiment.run(["unpack", "experiment.astro"])
        #expect(
            unpacked.status == 0 && unpacked.output.contains("experiment.astro: 4 files in experiment\n"),
            "\(unpacked.errors)")
        #expect(
            try experiment.shell("cd experiment && find . -type f | sort")
                == "./data/weight.csv\n./experiment.lua\n./parts/model.lua\n./run.json\n")
        #expect(try experiment.read("experiment/experiment.lua") == experiment.read("experiment.lua"))
        let program = Run.program.path
        #expect(try experiment.shell("cd experiment && \(program) verify run.json").contains("the same to the bit"))
    }

    @Test("unpack writes the texts of a record, and refuses what is no record or where something is")
    func unpackRecord() throws {
        let experiment = try recorded()
        #expect(try experiment.run(["unpack", "run.json", "-o", "texts"]).status == 0)
        #expect(
            try experiment.shell("cd texts && find . -type f | sort")
                == "./experiment.lua\n./parts/model.lua\n./run.json\n")
        let twice = try experiment.run(["unpack", "-o", "texts", "run.json"])
        #expect(twice.status == 1 && twice.errors.contains("'texts' is not empty"))
        for file in ["experiment.lua", "missing.astro"] {
            #expect(try experiment.run(["unpack", "-o", "new", file]).status == 1)
        }
        #expect(try experiment.shell("ls -d new 2>/dev/null") == "")
        #expect(try experiment.run(["unpack"]).status == 2)
        #expect(try experiment.run(["--trust", "unpack", "run.json"]).status == 2)
    }

    @Test("A bundle that was made to do harm is not unpacked", arguments: Forgery.all)
    func hostile(forgery: Forgery) throws {
        let experiment = try Experiment()
        try experiment.write("x.astro", forgery.bytes)
        let before = try experiment.shell("find . | sort")
        let unpacked = try experiment.run(["unpack", "x.astro"])
        #expect(unpacked.status == 1 && unpacked.errors.contains("astrolua unpack: "), "\(unpacked.output)")
        if !forgery.message.hasPrefix("can't") { #expect(try experiment.shell("find . | sort") == before) }
    }
}
