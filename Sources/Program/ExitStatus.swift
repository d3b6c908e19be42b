enum ExitStatus {
    static let success: Int32 = 0, failure: Int32 = 1, wrongOptions: Int32 = 2
}
