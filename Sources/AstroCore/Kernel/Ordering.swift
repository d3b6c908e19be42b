// A sort is some thousand instructions, and the compiler makes one for each kind of sequence and each comparison. Where speed does not
// count, few of them do for all: those of lists of texts and of numbers.

extension Set where Element: Comparable {
    func sorted() -> [Element] { Array(self).sorted() }
}

extension Dictionary.Keys where Key: Comparable {
    func sorted() -> [Key] { Array(self).sorted() }
}

extension Dictionary where Key: Comparable {
    /// Keys and values, by key.
    var inOrder: [(key: Key, value: Value)] { keys.sorted().map { (key: $0, value: self[$0]!) } }
}

extension Sequence {
    /// By a number; equals stay in the order in which they come.
    func ordered(by number: (Element) -> Int) -> [Element] { ordered { (number($0), 0) } }

    /// By a number, then by a second one; equals stay in the order in which they come.
    func ordered(by numbers: (Element) -> (Int, Int)) -> [Element] {
        let elements = Array(self)
        return order(of: elements.map(numbers)).map { elements[$0] }
    }
}

/// Which comes first, which next, and so on.
private func order(of keys: [(Int, Int)]) -> [Int] {
    keys.indices.sorted { (keys[$0].0, keys[$0].1, $0) < (keys[$1].0, keys[$1].1, $1) }
}
