import AstroCore
import Foundation
import Testing

/// A directory that a stranger has filled, with a place beside it that is none of theirs.
struct Trap {
    let directory, outside: URL

    init() throws {
        let base = Run.directory.appendingPathComponent("trap-\(UUID().uuidString)")
        (directory, outside) = (base.appendingPathComponent("in"), base.appendingPathComponent("out"))
        for url in [directory, outside] {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        try Data("secret\n".utf8).write(to: outside.appendingPathComponent("secret"))
    }

    /// What a script would do that had got out.
    var attack: String {
        """
        local file = io.open('\(outside.path)/made', 'w') if file then file:write 'x' file:close() end
        file = io.open('\(outside.path)/secret') print(file and file:read 'a')
        """
    }

    var isUntouched: Bool {
        let names = try? FileManager.default.contentsOfDirectory(atPath: outside.path)
        let secret = try? String(contentsOf: outside.appendingPathComponent("secret"), encoding: .utf8)
        return names == ["secret"] && secret == "secret\n"
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: directory.appendingPathComponent(name))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.appendingPathComponent(name).path,
            withDestinationPath: outside.appendingPathComponent(target).path)
    }

    func pipe(_ name: String) { mkfifo(directory.appendingPathComponent(name).path, 0o600) }

    func run(_ words: [String]) throws -> Run { try Run(["--quiet"] + words, in: directory) }

    func verify(_ fields: [String: JSON], options: [String] = []) throws -> Run {
        let whole: [String: JSON] = [
            "format": .text("astrolua run"), "version": .number(1), "status": .number(0),
            "printed": .fields(["bytes": .number(0), "sha256": .text(Self.digest("")), "lines": .texts([""])]),
        ]
        let record = JSON.fields(whole.merging(fields) { $1 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        try write("run.json", record.readable)
        return try run(options + ["verify", "run.json"])
    }

    static func digest(_ text: String) -> String { SHA256.hex(of: Array(text.utf8)) }

    static func text(_ name: String, _ text: String) -> JSON {
        .fields([
            "file": .text(name), "sha256": .text(digest(text)),
            "lines": .texts(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)),
        ])
    }

    static func file(_ name: String, _ text: String) -> JSON {
        .fields(["file": .text(name), "bytes": .number(text.utf8.count), "sha256": .text(digest(text))])
    }
}

@Suite("What a stranger may have written", .ownDirectory, .timeLimit(.minutes(10)))
struct StrangersFilesTests {
    @Test("Words of a record are no options, wherever they stand")
    func words() throws {
        let trap = try Trap(), out = trap.outside.path, code = trap.attack
        let words = [
            "--allow-write=\(out)", "--allow-read=/", "--record=\(out)/secret", "--trust", "-", "--", "-e", "-i",
            "--version",
            "--help", "--resume", "--checkpoint-every=0.1", "--memory-limit=1", "--threads=0",
        ]
        for word in words {
            let cases: [[String: JSON]] = [
                ["chunks": .texts([code]), "arguments": .texts([word])],
                ["chunks": .texts([word, code])],
                ["script": Trap.text("current/a.lua", code), "arguments": .texts([word])],
                ["script": Trap.text("-", code), "arguments": .texts([word])],
            ]
            for fields in cases {
                let run = try trap.verify(fields)
                #expect(
                    [1, 2].contains(run.status) && trap.isUntouched,
                    "\(word) \(fields.keys): \(run.output)\(run.errors)")
            }
            guard !word.contains("/") else { continue }
            for place in ["current", "script"] {
                let run = try trap.verify(["script": Trap.text("\(place)/\(word)", "print 'ran'")])
                #expect(
                    run.output.contains("line 1 is 'ran'") && trap.isUntouched, "\(word): \(run.output)\(run.errors)")
            }
        }
        let deep = try trap.verify(["script": Trap.text("current/--allow-write=\(out)", code)])
        #expect(deep.output.contains("line 1 is 'nil'") && trap.isUntouched, "\(deep.output)\(deep.errors)")
    }

    @Test("A script looks at its own name and arguments as it did")
    func ownName() throws {
        for (place, name) in [("-.lua", "./-.lua"), ("-", "./-"), ("a.lua", "a.lua"), ("a.lua", "./a.lua")] {
            let trap = try Trap()
            try trap.write(place, "print(arg[0], ...)")
            #expect(try trap.run(["--record", "run.json", name, "-e", "--trust"]).status == 0)
            let again = try trap.run(["verify", "run.json"])
            #expect(again.status == 0, "\(name): \(again.output)\(again.errors)")
        }
    }

    @Test("Options that no run can have had are a damaged record")
    func options() throws {
        let trap = try Trap()
        let values: [(String, [JSON])] = [
            ("time_limit", [.number(-5.0), .number(0), .number(1e300), .text("5"), .flag(true), .null, .list([])]),
            ("threads", [.number(0), .number(-1), .number(1.5), .text("2"), .number(1e300)]),
            ("seed", [.number(1.5), .text("--trust"), .text(""), .number(1e300), .flag(true)]),
            ("trust", [.flag(true)]), ("allow_write", [.texts(["/"])]), ("memory_limit", [.number(1)]),
        ]
        for (name, list) in values {
            for value in list {
                let run = try trap.verify(["chunks": .texts(["print(1)"]), "options": .fields([(name, value)])])
                #expect(run.status == 2 && run.errors.contains(name), "\(name) \(value): \(run.output)\(run.errors)")
                #expect(run.errors.contains("'run.json' is not a record of a run") && !run.errors.contains("Usage"))
            }
        }
        for (name, value) in [
            ("options", JSON.texts(["--trust"])), ("arguments", .text("x")), ("chunks", .list([.number(1)])),
            ("read", .list([.number(1)])), ("written", .text("x")), ("modules", .flag(true)),
            ("script_name", .number(1)),
        ] {
            let run = try trap.verify(["chunks": .texts(["x = 1"])].merging([name: value]) { $1 })
            #expect(run.status == 2 && run.errors.contains("damaged"), "\(name): \(run.output)\(run.errors)")
        }
        #expect(try trap.verify([:]).status == 2)
    }

    @Test(
        "verify takes no options that it would not follow",
        arguments: [
            ["--trust"], ["-e", "x = 1"], ["--seed", "1"], ["--allow-write", "."], ["--record", "x.json"], ["--resume"],
            ["-i"],
        ])
    func optionsOfVerify(options: [String]) throws {
        let run = try Trap().verify(["chunks": .texts(["x = 1"])], options: options)
        #expect(run.status == 2 && run.errors.contains("takes no \(options[0])"), "\(run.output)\(run.errors)")
    }

    @Test("Names are checked before anything is opened, and no file is looked at that a script could not read")
    func names() throws {
        let secret = "secret\n"
        let trap = try Trap(), out = trap.outside.path
        try trap.link("link", to: ".")
        try trap.link("linked", to: "secret")
        trap.pipe("pipe")
        let refused = [
            "current/\(out)/secret", "current//proc/kmsg", "current/../out/secret", "current/./x", "script/../../x",
            "x", "",
            "current", "/etc/../etc/passwd", "//etc/passwd", "/proc/self/./mem", "current/a\u{1B}[8mb",
            "current/a\u{7F}",
            "current/" + String(repeating: "a/", count: 40) + "b", String(repeating: "a", count: 2000),
        ]
        for name in refused {
            for list in ["read", "written"] {
                let run = try trap.verify(["chunks": .texts(["x = 1"]), list: .list([Trap.file(name, secret)])])
                #expect(run.status == 2 && run.output.isEmpty, "\(list) \(name): \(run.output)\(run.errors)")
                #expect(!run.errors.contains("\u{1B}"))
            }
        }
        let elsewhere = ["\(out)/secret", "/proc/kmsg", "/etc/passwd", "current/link/secret", "current/linked"]
        for name in elsewhere {
            let run = try trap.verify(["chunks": .texts(["x = 1"]), "read": .list([Trap.file(name, secret)])])
            #expect(run.status == 1 && run.output.contains("--allow-read"), "\(name): \(run.output)\(run.errors)")
        }
        let pipe = try trap.verify(["chunks": .texts(["x = 1"]), "read": .list([Trap.file("current/pipe", "")])])
        #expect(pipe.status == 1 && pipe.output.contains("'pipe' is not a file"), "\(pipe.output)\(pipe.errors)")
        // a name that the script is said to have had leads nowhere else, either
        let beside: [String: JSON] = [
            "script": Trap.text("script/a.lua", "x = 1"), "script_name": .text("\(out)/a.lua"),
            "read": .list([Trap.file("script/secret", secret)]),
        ]
        let without = try trap.verify(beside)
        #expect(without.status == 1 && without.output.contains("--allow-read"), "\(without.output)\(without.errors)")
        let with = try trap.verify(beside, options: ["--allow-read", out])
        #expect(!with.output.contains("cannot run the same"), "\(with.output)\(with.errors)")
        // what is compared after the run
        for name in ["current/link/secret", "current/linked", "current/pipe"] {
            let run = try trap.verify(["chunks": .texts(["x = 1"]), "written": .list([Trap.file(name, secret)])])
            #expect(run.status == 1 && !run.output.contains("secret'"), "\(run.output)")
        }
        #expect(trap.isUntouched)
    }

    @Test("The time limit holds for files, too, and the number of directories is limited")
    func limits() throws {
        let trap = try Trap(), size = 40 << 30
        let file = trap.directory.appendingPathComponent("endless")
        FileManager.default.createFile(atPath: file.path, contents: nil)
        truncate(file.path, size)
        let start = Date()
        // the copy would fill the disk: only looked at, where it lies
        let absolute = JSON.fields(["file": .text(file.path), "bytes": .number(size), "sha256": .text("0")])
        let slow = try trap.verify(
            ["chunks": .texts(["x = 1"]), "read": .list([absolute])], options: ["--time-limit", "1"])
        #expect(slow.status == 1 && slow.errors.contains("--time-limit"), "\(slow.output)\(slow.errors)")
        #expect(Date().timeIntervalSince(start) < 10)
        let short = JSON.fields(["file": .text("current/endless"), "bytes": .number(7), "sha256": .text("0")])
        let other = try trap.verify(["chunks": .texts(["x = 1"]), "read": .list([short])])
        #expect(other.status == 1 && other.output.contains("is not the file that it read"))
        let many = (1...20_000).map { JSON.fields(["file": .text("current/d\($0)/x")]) }
        let run = try trap.verify(["chunks": .texts(["x = 1"]), "written": .list(many)])
        #expect(run.status == 2 && run.errors.contains("more than 1000 directories"))
    }

    @Test("Links and pipes in the way of what the program writes are an error, and lead nowhere")
    func links() throws {
        let trap = try Trap()
        try trap.write("a.lua", "print 'ran'")
        try trap.link("run.json", to: "secret")
        try trap.link("new.json", to: "made")
        for name in ["run.json", "new.json"] {
            let run = try trap.run(["--record", name, "a.lua"])
            #expect(run.status == 2 && run.output.isEmpty && run.errors.contains("it is a link"), "\(run.errors)")
        }
        trap.pipe("pipe")
        #expect(try trap.run(["--record", "pipe", "a.lua"]).errors.contains("not a file"))
        #expect(try trap.run(["verify", "pipe"]).errors.contains("not a file"))
        try trap.link("a.astro.part", to: "secret")
        #expect(try trap.run(["bundle", "a.lua"]).errors.contains("a.astro.part' is in the way"))
        try trap.link("b.lua", to: "made")
        #expect(try trap.run(["new", "b"]).errors.contains("File exists"))
        trap.pipe("c.checkpoint")
        try trap.write("c.lua", "astro.Simulation{}:simulate(1)")
        #expect(try trap.run(["--resume", "c.lua"]).errors.contains("'c.checkpoint' is not a file"))
        let files = ["x.ck", "x.csv", "x.dat", "x.npz", "x.h5"]
        for (i, name) in files.enumerated() {
            if i % 2 == 0 { trap.pipe(name + ".part") } else { try trap.link(name + ".part", to: "made") }
        }
        let saving = """
            local sim = astro.Simulation {} local rec = sim:record(sim:create("parrot_neuron", 1)) sim:simulate(1)
            for _, name in ipairs { "x.csv", "x.dat", "x.npz", "x.h5" } do print(pcall(rec.save, rec, name)) end
            print(pcall(sim.save, sim, "x.ck"))
            """
        for options in [[], ["--trust"]] {
            let run = try trap.run(options + ["-e", saving])
            #expect(run.output.components(separatedBy: "is in the way").count == 6, "\(run.output)\(run.errors)")
        }
        #expect(trap.isUntouched)
    }

    @Test("A results file, a table or a network that is a pipe, a directory or larger than the memory is an error")
    func readers() throws {
        let trap = try Trap()
        for name in ["pipe.csv", "pipe.npz", "pipe.h5", "pipe.dat", "pipe.jsonl"] { trap.pipe(name) }
        try trap.write("large.jsonl", "")
        truncate(trap.directory.appendingPathComponent("large.jsonl").path, 1 << 40)
        let run = try trap.run([
            "-e",
            """
            local io = require "astro.io"
            for _, ending in ipairs { "csv", "npz", "h5", "dat" } do print(pcall(io.read, "pipe." .. ending)) end
            print(pcall(io.connect, astro.Simulation {}, "pipe.csv"))
            for _, file in ipairs { "pipe.jsonl", "large.jsonl", "." } do
              print(pcall(require "astro.sweep".run, function() return 1 end, { a = { 1 } }, { file = file }))
            end
            print(pcall(astro.load, "pipe.csv"))
            """,
        ])
        #expect(
            run.status == 0 && run.output.components(separatedBy: "false\t").count == 10, "\(run.output)\(run.errors)")
    }

    @Test("A script from a pipe is read whole")
    func scriptFromPipe() throws {
        let trap = try Trap()
        let run = try trap.shell("\(Run.program.path) --quiet <(echo 'print(7)')")
        #expect(run == "7\n")
    }

    @Test("What kill -9 leaves is removed by the next start, and what is in use is not")
    func leftovers() throws {
        let trap = try Trap()
        try trap.write("long.lua", "print 'begun' io.stdout:flush() while true do end")
        try trap.write("short.lua", "print 'done'")
        let stages = "ls -d \(trap.directory.path)/tmp/astrolua-??????"
        let output = try trap.shell(
            """
            mkdir tmp tmp/astrolua-backup; touch tmp/astrolua-backup/mine; export TMPDIR=$PWD/tmp
            program='\(Run.program.path) --quiet'
            $program bundle long.lua >killed.txt 2>/dev/null & killed=$!
            $program bundle long.lua -o b.astro >running.txt 2>/dev/null & running=$!
            until grep -q begun killed.txt && grep -q begun running.txt; do sleep 0.1; done
            \(stages) | wc -l
            kill -9 $killed; wait $killed
            sleep 0.5
            $program bundle short.lua >/dev/null
            \(stages) | wc -l
            kill $running; wait $running
            \(stages); ls tmp/astrolua-backup
            """)
        #expect(
            output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                == ["3", "2", "\(trap.directory.path)/tmp/astrolua-backup", "mine"], "\(output)")
    }
}

extension Trap {
    func shell(_ command: String) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = directory
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}
