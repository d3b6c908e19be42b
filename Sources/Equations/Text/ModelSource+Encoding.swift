/// As a list of texts: what checkpoints hold.
extension ModelSource {
    private static let version = "astrolua model 1"

    package var encoded: [String] {
        var texts = [
            Self.version, name, summary, kind, equations, method, "\(tolerance)", step.map { "\($0)" } ?? "",
            "\(units)",
        ]
        func add(_ list: [[String]]) {
            texts.append("\(list.count)")
            for item in list { texts += item }
        }
        add(references.map { [$0] })
        add(notes.map { [$0] })
        add(parameters.map { [$0.name, $0.value, $0.meaning, $0.allowed] })
        add(state.map { [$0.name, $0.value, $0.meaning, $0.allowed] })
        add(inputs.map { [$0.name, $0.kind] })
        add(onSpike.map { [$0.receptor, $0.sign.rawValue, $0.text] })
        let all = (spike.map { [$0] } ?? []) + events
        texts.append(spike == nil ? "no spike" : "spike")
        texts.append("\(all.count)")
        for event in all {
            texts +=
                [event.name, event.when, event.crossing, event.action, event.refractory, "\(event.hold.count)"]
                + event.hold
        }
        return texts
    }

    /// nil where the texts are not what `encoded` gives.
    package init?(encoded texts: [String]) {
        var rest = texts[...]
        func next() -> String? { rest.popFirst() }
        func list(_ width: Int) -> [[String]]? {
            guard let text = next(), let count = Int(text), count >= 0, count <= rest.count / width else { return nil }
            return (0..<count).map { _ in (0..<width).map { _ in rest.removeFirst() } }
        }
        guard next() == Self.version, let name = next(), let summary = next(), let kind = next(),
            let equations = next(),
            let method = next(), let tolerance = next().flatMap(Double.init), let step = next(), let units = next(),
            let references = list(1), let notes = list(1), let parameters = list(4), let state = list(4),
            let inputs = list(2), let onSpike = list(3), let hasSpike = next(), let count = next().flatMap({ Int($0) }),
            count >= 0
        else { return nil }
        self.init(name: name)
        (self.summary, self.kind, self.equations, self.method) = (summary, kind, equations, method)
        (self.tolerance, self.step, self.units) = (tolerance, Double(step), units == "true")
        (self.references, self.notes) = (references.map { $0[0] }, notes.map { $0[0] })
        self.parameters = parameters.map { Row($0[0], $0[1], $0[2], $0[3]) }
        self.state = state.map { Row($0[0], $0[1], $0[2], $0[3]) }
        self.inputs = inputs.map { Input($0[0], $0[1]) }
        for item in onSpike {
            guard let sign = Arrival.Sign(rawValue: item[1]) else { return nil }
            self.onSpike.append(Arrival(receptor: item[0], sign: sign, item[2]))
        }
        for number in 0..<min(count, rest.count) {
            guard rest.count >= 6 else { return nil }
            var event = Event(rest.removeFirst())
            (event.when, event.crossing, event.action) = (rest.removeFirst(), rest.removeFirst(), rest.removeFirst())
            event.refractory = rest.removeFirst()
            guard let holds = Int(rest.removeFirst()), holds >= 0, holds <= rest.count else { return nil }
            event.hold = (0..<holds).map { _ in rest.removeFirst() }
            if number == 0, hasSpike == "spike" { spike = event } else { events.append(event) }
        }
        guard rest.isEmpty, count == events.count + (spike == nil ? 0 : 1) else { return nil }
    }
}
