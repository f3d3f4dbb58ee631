/// One kind of misuse, and how it is played.
struct Scene {
    /// What came of playing it; judged when the log can be read.
    enum Played {
        case attempts([Attempt])
        /// Why it could not be played here.
        case notEvaluated(String)
    }

    /// A word for reports.
    let name: String
    /// What is tried, half a sentence.
    let title: String
    let play: (Stage) throws(CommandFailure) -> Played

    init(_ name: String, _ title: String, _ play: @escaping (Stage) throws(CommandFailure) -> Played) {
        self.name = name
        self.title = title
        self.play = play
    }
}
