/// Where inputs come from: whole ones, of as many lines as they need.
protocol InputReader {
    /// nil at the end.
    func read() -> String?
    func remember(_ text: String)
}
