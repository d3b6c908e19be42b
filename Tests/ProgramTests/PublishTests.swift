import AstroCore
import Foundation
import Testing

@Suite("Publishing a run", .ownDirectory, .timeLimit(.minutes(10)))
struct PublishTests {
    /// The head, the label, the printed text and a file's name all try to become markup.
    private static let script = """
        -- title: A small <b>network</b>
        -- author: Ada "L" <Lovelace>
        -- affiliation: Analytical Society
        -- license: CC-BY-4.0
        -- description: </script><script>alert(1)</script>
        -- <img src=x onerror=alert(1)></pre><a id="astrolua-bundle" download="x" href="data:application/zip;base64,AAAA">
        local model = require "parts.model"
        local weight = tonumber(io.open("data/weight.csv"):read("a"):match("%d.*"))
        local sim = astro.Simulation { seed = 3 }
        local cells = sim:create("iaf_psc_alpha", 10, { I_e = model.current, tau_m = 11, label = "<i>exc" })
        sim:connect(cells, cells, "all_to_all", { weight = weight })
        local spikes = sim:record(cells)
        sim:simulate(50)
        spikes:save("results/<i>spikes.csv")
        require "astro.plot".raster(spikes):save("picture.svg")
        print(spikes.n_events, "</pre><script>alert(2)</script>\\u{202e}", ...)

        """

    private func published(_ script: String = script, options: [String] = []) throws -> Experiment {
        let experiment = try Experiment(script: script)
        _ = try experiment.run(options + ["--record", "run.json", "experiment.lua", "one", "<x>"])
        let run = try experiment.run(["publish", "run.json"])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.output)\(run.errors)")
        return experiment
    }

    @Test("The page runs and verifies anywhere, by itself")
    func page() throws {
        let experiment = try published()
        try experiment.shell("mkdir -p away/results && cp run-crate/page.html away")
        let program = "cd away && \(Run.program.path) --quiet"
        #expect(try experiment.shell("\(program) page.html").contains("\tone\t<x>"))
        #expect(try experiment.read("away/results/<i>spikes.csv") == experiment.read("results/<i>spikes.csv"))
        #expect(
            try experiment.shell("\(program) verify page.html").hasPrefix(
                "page.html: the same to the bit (1 state, 2 files"))
        #expect(try experiment.shell("\(program) check page.html").contains("Ada \"L\" <Lovelace>  reproduced"))
        #expect(try experiment.run(["diff", "run.json", "run-crate/page.html"]).status == 0)
        #expect(try experiment.run(["unpack", "run-crate/page.html"]).output.contains("data/weight.csv"))
    }

    @Test("Texts are shown and do nothing; nothing comes from the network")
    func escaped() throws {
        let page = try published().text("run-crate/page.html")
        for tag in ["<script", "<img src=x", "<i>", "<b>", "<Lovelace", "onerror=alert(1)>", "\u{202e}"] {
            #expect(!page.contains(tag), "\(tag)")
        }
        #expect(
            page.contains("&lt;/script&gt;&lt;script&gt;alert(1)") && page.contains("alert(2)&lt;/script&gt;\\u{202e}"))
        #expect(page.contains("content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
        #expect(page.components(separatedBy: "<a id=\"astrolua-bundle\"").count == 2)
        let addresses = page.matches(of: /(?:src|href)="([a-z]+:)/).map { String($0.1) }
        #expect(!addresses.isEmpty && addresses.allSatisfy { $0 == "data:" })
    }

    @Test("Parameters stand with their units, pictures are inside, and all files with digests")
    func contents() throws {
        let experiment = try published()
        let page = try experiment.text("run-crate/page.html")
        #expect(
            page.contains("<td>I_e</td><td>600</td><td>pA</td>")
                && page.contains("<td>tau_m</td><td>11</td><td>ms</td>"))
        #expect(page.contains("alt=\"picture.svg\" src=\"data:image/svg+xml;base64,"))
        let sums = try experiment.shell(
            "sha256sum experiment.lua parts/model.lua data/weight.csv results/* picture.svg")
        for sum in sums.split(separator: "\n") { #expect(page.contains(sum.prefix(64)), "\(sum)") }
        #expect(page.utf8.count < 1_000_000)
    }

    @Test("The crate describes the run: what it used, made, when, by whom, under which license")
    func crate() throws {
        let experiment = try published(options: ["--seed", "9007199254740993"])
        let crate = try JSON(parsing: Array(experiment.read("run-crate/ro-crate-metadata.json")))
        let entities = try #require(crate["@graph"]?.list)
        func entity(_ id: String) throws -> JSON { try #require(entities.first { $0["@id"]?.text == id }, "\(id)") }
        #expect(Set(entities.compactMap { $0["@id"]?.text }).count == entities.count)
        let root = try entity("./"), run = try entity("#run")
        #expect(root["conformsTo"]?["@id"]?.text == "https://w3id.org/ro/wfrun/process/0.5")
        #expect(root["license"]?["@id"]?.text == "https://spdx.org/licenses/CC-BY-4.0")
        #expect(try entity("#author")["name"]?.text == "Ada \"L\" <Lovelace>")
        #expect(try entity("#affiliation")["name"]?.text == "Analytical Society")
        let program = try entity(#require(run["instrument"]?["@id"]?.text))
        #expect(
            program["@id"]?.text?.contains(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
                == true)
        #expect(
            run["@type"]?.text == "CreateAction"
                && run["actionStatus"]?.text?.hasSuffix("/CompletedActionStatus") == true)
        #expect(run["endTime"]?.text?.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/) == true)
        #expect(try entity("#--seed")["value"]?.text == "9007199254740993")
        for reference in (root["hasPart"]?.list ?? []) + (run["object"]?.list ?? []) + (run["result"]?.list ?? []) {
            let file = try entity(reference["@id"]?.text ?? "")
            guard file["@type"]?.text == "File", let path = file["@id"]?.text?.removingPercentEncoding else { continue }
            let sum = try experiment.shell("sha256sum 'run-crate/\(path)'")
            #expect(sum.prefix(64) == file["sha256"]?.text ?? "", "\(path)")
        }
    }

    @Test("Made connections are said by kind; long tables scroll by themselves")
    func tables() throws {
        let page = try published(
            """
            local sim = astro.Simulation()
            local neurons, glia = sim:create("aeif_cond_alpha_astro", 4), sim:create("astrocyte_lr_1994", 2)
            sim:tripartite_connect(neurons, neurons, glia, "all_to_all", "third_factor_bernoulli_with_pool", { third_out = "sic_connection" })
            sim:simulate(1)

            """
        ).text("run-crate/page.html")
        #expect(page.contains("<td>16 primary, 16 third_in, 16 third_out</td>"))
        #expect(
            page.components(separatedBy: "<table>").count == page.components(separatedBy: "<div class=\"table ").count)
    }

    @Test("A run that failed, without author and license, is published as such")
    func failed() throws {
        let experiment = try published("print 'before' error 'stop'")
        let crate = try experiment.text("run-crate/ro-crate-metadata.json")
        #expect(
            crate.contains("FailedActionStatus") && crate.contains("experiment.lua:1: stop")
                && crate.contains("\"not stated\""))
        #expect(try experiment.text("run-crate/page.html").contains("1: experiment.lua:1: stop"))
        #expect(try experiment.run(["verify", "run-crate/page.html"]).status == 0)
    }

    @Test("Where the bundle is too large for the page it lies beside it; results that are gone are left out")
    func large() throws {
        let experiment = try Experiment(
            script: "print(#io.open('large'):read('a')) io.open('gone', 'w'):write('x'):close()")
        try experiment.write("large", String(repeating: "x", count: 900_000))
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        try experiment.shell("rm gone")
        let run = try experiment.run(["publish", "-o", "out", "run.json"])
        #expect(run.status == 0 && run.output.contains("gone is not here as the run left it"), "\(run.errors)")
        #expect(run.output.contains("larger than 1 MB with the bundle in it"))
        #expect(try experiment.read("out/page.html").count < 1_000_000)
        let page = try experiment.run(["out/page.html"])
        #expect(page.status == 1 && page.errors.contains("holds no bundle"), "\(page.errors)")
        #expect(try experiment.run(["verify", "out/experiment.astro"]).status == 0)
    }

    @Test("A page that was damaged does not run")
    func damaged() throws {
        let experiment = try published()
        let page = try experiment.text("run-crate/page.html")
        let start = try #require(page.range(of: "base64,")?.upperBound)
        for distance in stride(from: 0, to: 4000, by: 307) {
            let place = page.index(start, offsetBy: distance)
            let other = page[place] == "A" ? "B" : "A"
            try experiment.write("damaged.html", page.replacingCharacters(in: place...place, with: other))
            let run = try experiment.run(["damaged.html"])
            #expect(run.status == 1 || !run.output.isEmpty)  // bytes that say when a file was made do not matter
            #expect(run.status == 0 || run.errors.contains("is not a complete bundle"), "\(distance): \(run.errors)")
        }
        for text in [
            "<!DOCTYPE html>",
            "<!DOCTYPE html><a id=\"astrolua-bundle\" download=\"x\" href=\"data:application/zip;base64,A\">",
        ] {
            try experiment.write("damaged.html", text)
            #expect(try experiment.run(["damaged.html"]).errors.contains("is not a complete bundle"))
            #expect(try experiment.run(["verify", "damaged.html"]).status == 2)
        }
    }

    @Test("What cannot be published is said, and nothing is left")
    func refused() throws {
        let experiment = try Experiment(script: "print(#io.open('data/weight.csv'):read('a'))")
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        _ = try experiment.run(["--record", "chunk.json", "-e", "print(1)"])
        try experiment.write("data/weight.csv", "other")
        for (file, message) in [("run.json", "is not the file that the run read"), ("chunk.json", "without -e")] {
            let run = try experiment.run(["publish", file])
            #expect(run.status == 1 && run.errors.contains(message), "\(run.errors)")
        }
        #expect(try experiment.shell("ls -d *-crate 2>/dev/null") == "")
        try experiment.shell("mkdir full && touch full/x")
        #expect(try experiment.run(["publish", "-o", "full", "chunk.json"]).errors.contains("'full' is not empty"))
        #expect(try experiment.run(["publish"]).status == 2)
    }
}
