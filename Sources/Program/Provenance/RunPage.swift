import AstroCore
import AstroLua

/// A published run as one page: no scripts, nothing from the network, pictures and the bundle inside.
struct RunPage {
    private let run: PublishedRun
    var holdsBundle = true

    init(_ run: PublishedRun) { self.run = run }

    var sizeWithoutPictures: Int { page(showsPictures: false).utf8.count }
    var text: String { page(showsPictures: true) }

    private static let mostStates = 200, mostPictures = 50

    /// The policy forbids what no page of ours does, should a text still find a way to ask for it.
    private func page(showsPictures: Bool) -> String {
        var html = HTML()
        html.add(PageContents.start)
        html.add("<html lang=\"en\"><head><meta charset=\"utf-8\">")
        html.add(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
                + "form-action 'none'; base-uri 'none'\">")
        html.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        html.add("<title>\(HTML.escaped(run.title))</title><style>\(Self.style)</style></head><body>")
        html.add("<h1>\(HTML.escaped(run.title))</h1>")
        addIntroduction(&html)
        addFacts(&html)
        if showsPictures { addPictures(&html) }
        addPrinted(&html)
        addNetworks(&html)
        addTexts(&html)
        addFiles(&html)
        addStates(&html)
        html.add("</body></html>")
        return html.text
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 sans-serif; color: #222; background: #fff; }
        h1, h2, p, summary { overflow-wrap: anywhere; } h1, h2 { line-height: 1.2; } summary { cursor: pointer; }
        pre { overflow-x: auto; padding: .8rem; background: #f4f4f4; font-size: 13px; } code { background: #f4f4f4; padding: 0 .2rem; }
        .table { overflow-x: auto; margin: .5rem 0 1rem; } table { border-collapse: collapse; font-size: 14px; }
        td, th { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top; } td:last-child { min-width: 8rem; }
        .connections td:nth-child(4) { min-width: 16rem; } @media (max-width: 40rem) { pre { font-size: 11px; } }
        .digests td:last-child { font: 12px/1.7 monospace; overflow-wrap: anywhere; } .facts td:first-child { white-space: nowrap; }
        figure { margin: 1rem 0; } figcaption { font-size: 14px; } img { max-width: 100%; }
        @media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } pre, code { background: #262626; } a { color: #8bf; } \
        img { background: #fff; } }
        """

    // MARK: parts

    private func addIntroduction(_ html: inout HTML) {
        let people = [run.head["author"].map { "by \($0)" }, run.head["license", "licence"].map { "license: \($0)" }]
            .compactMap { $0 }
        if !people.isEmpty { html.paragraph(people.joined(separator: ", ")) }
        if let description = run.head["description"] { html.paragraph(description) }
        guard holdsBundle else {
            return html.paragraph(
                "The experiment lies beside this page in \(run.bundleName); astrolua \(run.bundleName) runs it.")
        }
        let link = PageContents.link(
            HTML.escaped(run.bundleName), run.bundle,
            text: HTML.escaped("\(run.bundleName) (\(run.bundle.count) bytes)"))
        html.add("<p>The whole experiment is in this page: \(link)</p>")
        html.add(
            "<p><code>astrolua \(PublishedRun.page)</code> runs it; <code>astrolua verify \(PublishedRun.page)</code> runs it again "
                + "and compares the results.</p>")
    }

    private func addFacts(_ html: inout HTML) {
        let json = run.json
        func list(_ value: JSON?, _ names: [String]) -> String {
            names.compactMap { name in value?[name].map { "\(name) \($0.text ?? $0.description)" } }.joined(
                separator: ", ")
        }
        let options = list(json["options"], ["seed", "threads", "time_limit"])
        let words = (json["arguments"]?.texts ?? []).joined(separator: " ")
        let status = json["status"]?.description ?? "?"
        let rows = [
            ["started", json["started"]?.text ?? ""],
            ["duration", json["wall_seconds"]?.number.map { "\(formatted($0)) s" } ?? ""],
            ["exit status", status + (json["problem"]?.text.map { ": \($0)" } ?? "")], ["arguments", words],
            ["options", options], ["program", list(json["program"], ["astrolua", "lua", "swift"])],
            ["machine", list(json["machine"], ["cpu", "cores", "architecture", "kernel"])],
        ]
        html.heading("Run")
        html.table([], rows.filter { !$0[1].isEmpty }, class: "facts")
    }

    private func addPictures(_ html: inout HTML) {
        let types = ["svg": "image/svg+xml", "png": "image/png"]
        let pictures = run.files.filter { $0.role == .result && (types[$0.ending] != nil || $0.ending == "pdf") }
        guard !pictures.isEmpty else { return }
        html.heading("Pictures")
        for picture in pictures.prefix(Self.mostPictures) {
            let name = HTML.escaped(StagedName.shown(picture.name)), content = Base64.text(of: picture.bytes)
            if let type = types[picture.ending] {  // a browser runs no script of an SVG that is an image
                html.add(
                    "<figure><img alt=\"\(name)\" src=\"data:\(type);base64,\(content)\"><figcaption>\(name)</figcaption></figure>"
                )
            } else {
                html.add("<p><a download=\"\(name)\" href=\"data:application/pdf;base64,\(content)\">\(name)</a></p>")
            }
        }
    }

    private func addPrinted(_ html: inout HTML) {
        guard let lines = run.json["printed"]?["lines"]?.texts, lines.contains(where: { !$0.isEmpty }) else { return }
        html.heading("Printed")
        html.code(lines.joined(separator: "\n"))
    }

    private func addTexts(_ html: inout HTML) {
        for file in run.files where [.script, .module].contains(file.role) {
            html.heading(StagedName.shown(file.name))
            html.code(String(decoding: file.bytes, as: UTF8.self))
        }
    }

    private func addFiles(_ html: inout HTML) {
        func rows(_ list: String, _ role: String) -> [[String]] {
            (run.json[list]?.list ?? []).map { file in
                let digest = file["sha256"]?.text ?? file["sha256_of_sorted_lines"]?.text.map { "\($0) (lines sorted)" }
                return [
                    StagedName.shown(file["file"]?.text ?? "?"), role, file["bytes"]?.description ?? "",
                    digest ?? "removed",
                ]
            }
        }
        let texts = [run.json["script"]].compactMap { $0 } + (run.json["modules"]?.list ?? [])
        let sources = texts.map { [StagedName.shown($0["file"]?.text ?? "?"), "text", "", $0["sha256"]?.text ?? ""] }
        html.heading("Files")
        html.table(
            ["file", "", "bytes", "SHA-256"], sources + rows("read", "read") + rows("written", "written"),
            class: "digests")
        let library = (run.json["library"]?.list ?? []).map { [$0["file"]?.text ?? "?", $0["sha256"]?.text ?? ""] }
        html.folded("modules of astrolua that were used (\(library.count))") {
            $0.table([], library, class: "digests")
        }
    }

    private func addStates(_ html: inout HTML) {
        let steps = run.json["steps"]?.list ?? []
        let rows = steps.suffix(Self.mostStates).map { step in
            [
                step["simulation"]?.description ?? "", step["line"]?.text ?? "", step["time"]?.description ?? "",
                step["fingerprint"]?.text ?? "",
            ]
        }
        let which = rows.count < steps.count ? "the last \(rows.count) of \(steps.count)" : "\(steps.count)"
        html.folded("states after calls of simulate (\(which))") {
            $0.table(["simulation", "line", "time (ms)", "fingerprint"], rows, class: "digests")
        }
    }
}

// MARK: - Networks

extension RunPage {
    private func addNetworks(_ html: inout HTML) {
        let networks = run.json["networks"]?.list ?? []
        let models = ModelTables(run.json["models"])
        for network in networks {
            let name =
                networks.count > 1 ? "Network of simulation \(network["simulation"]?.description ?? "?")" : "Network"
            html.heading(name)
            let facts = ["seed", "resolution"].map { NetworkRecord.shown(network[$0]) }
            html.paragraph("seed \(facts[0]), resolution \(facts[1]) ms")
            html.table(
                ["nodes", "", "parameter", "value", "unit", "meaning"],
                (network["populations"]?.list ?? []).flatMap { Self.rows($0, models) })
            html.table(
                ["from", "to", "rule", "synapse", "made"], (network["connections"]?.list ?? []).map(Self.row),
                class: "connections")
        }
        let tables = run.json["models"]?.list ?? []
        if !tables.isEmpty {
            html.paragraph("Parameters that are not named have their defaults:")
            for model in tables { Self.addModel(model, &html) }
        }
    }

    /// One row a parameter; the first one says whose.
    private static func rows(_ population: JSON, _ models: ModelTables) -> [[String]] {
        let model = population["model"]?.text ?? "?", label = population["label"]?.text.map { "\($0): " } ?? ""
        let name = ["\(label)\(population["nodes"]?.description ?? "?")", model]
        let parameters = (population["parameters"]?.entries ?? []).map { key, value in
            [key, NetworkRecord.shown(value), models.unit(key, of: model), models.meaning(key, of: model)]
        }
        guard !parameters.isEmpty else { return [name + ["", "", "", ""]] }
        return parameters.enumerated().map { ($0 == 0 ? name : ["", ""]) + $1 }
    }

    private static func row(_ connection: JSON) -> [String] {
        func words(_ value: JSON?) -> String {
            (value?.entries ?? []).map { "\($0) = \(NetworkRecord.shown($1))" }.joined(separator: ", ")
        }
        let third = connection["third"]?.text.map { " (third: \($0))" } ?? ""
        let rule = words(connection["rule"]) + (connection["third_rule"].map { "; third: \(words($0))" } ?? "")
        let synapses = (connection["synapses"]?.entries ?? []).map { "\($0): \(words($1))" }
        return [
            connection["from"]?.text ?? "?", (connection["to"]?.text ?? "?") + third, rule,
            synapses.isEmpty ? words(connection["synapse"]) : synapses.joined(separator: "; "),
            made(connection["made"]),
        ]
    }

    /// A number, or three of them: of connections between two populations and with a third one.
    private static func made(_ made: JSON?) -> String {
        guard let parts = made?.list, parts.count == 3 else { return made?.description ?? "" }
        return zip(parts, ["primary", "third_in", "third_out"]).map { "\($0) \($1)" }.joined(separator: ", ")
    }

    private static func addModel(_ model: JSON, _ html: inout HTML) {
        let rows = (model["parameters"]?.list ?? []).map { parameter in
            let unit = parameter["unit"]?.text ?? ""
            return [
                parameter["name"]?.text ?? "?", NetworkRecord.shown(parameter["default"]), unit == "1" ? "" : unit,
                parameter["meaning"]?.text ?? "",
            ]
        }
        html.folded("\(model["model"]?.text ?? "?") (\(model["kind"]?.text ?? "?"))") {
            $0.table(["parameter", "default", "unit", "meaning"], rows)
        }
    }
}

extension JSON {
    /// Names and values of an object.
    fileprivate var entries: [(String, JSON)] {
        if case .object(let fields) = self { fields.map { ($0.name, $0.value) } } else { [] }
    }
}
