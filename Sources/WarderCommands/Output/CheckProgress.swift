/// A bar on standard error, on a terminal only.
struct CheckProgress {
    private let console: Console
    private let unit: String
    private var isShown = false

    /// `unit`: what is counted.
    init(_ console: Console, of unit: String = "rows") {
        self.console = console
        self.unit = unit
    }

    mutating func show(_ checked: Int, of total: Int) {
        guard let width = console.errorWidth, total > 0 else { return }
        isShown = true
        let share = min(1, Double(checked) / Double(total))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        let line = "[\(bar)] \(Int(share * 100))%  \(checked) of \(total) \(unit)"
        console.writeToErrors("\r\u{1B}[K" + TerminalText.truncated(line, to: width - 1))
    }

    mutating func clear() {
        if isShown { console.writeToErrors("\r\u{1B}[K") }
        isShown = false
    }
}
