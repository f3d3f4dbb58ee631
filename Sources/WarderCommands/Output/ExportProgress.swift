/// How far an export is, on one line of standard error that is written over; silent where that is no terminal.
struct ExportProgress {
    private static let bytesBetweenUpdates = 262_144

    private let console: Console
    private let total: Int64?
    private var shownAt = 0
    private var isShown = false
    /// Events so far.
    private(set) var events: Int64 = 0
    /// How many of them could not be read.
    private(set) var damaged: Int64 = 0
    /// Events so far of which there is the leaf alone.
    private(set) var pruned: Int64 = 0
    /// Number of the last event that was written or passed over, where all of them are spoken for.
    private var position: Int64 = 0
    private var bytes = 0

    init(console: Console, total: Int64?) {
        self.console = console
        self.total = total
    }

    /// Counts the next line.
    mutating func take(_ part: ExportPart, bytes count: Int) {
        bytes += count
        switch part {
        case .event: (events, position) = (events + 1, position + 1)
        case .damaged: (events, damaged, position) = (events + 1, damaged + 1, position + 1)
        case .leaf: (pruned, position) = (pruned + 1, position + 1)
        case .omitted(let last): position = max(position, last)
        case .pruned, .manifest: break
        }
        guard let width = console.errorWidth, bytes - shownAt >= Self.bytesBetweenUpdates else { return }
        shownAt = bytes
        isShown = true
        console.writeToErrors("\r\u{1B}[K" + TerminalText.truncated(line, to: width - 1))
    }

    /// Takes the line away.
    mutating func clear() {
        if isShown { console.writeToErrors("\r\u{1B}[K") }
        isShown = false
    }

    private var line: String {
        guard let total, total > 0 else { return "\(events) events, \(ByteCount.text(bytes))" }
        let share = min(1, Double(position) / Double(total))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        return "[\(bar)] \(Int(share * 100))%  \(position) of \(total) events, \(ByteCount.text(bytes))"
    }
}

/// Numbers of bytes for people.
package enum ByteCount {
    /// `1.5 MiB`.
    package static func text(_ bytes: Int) -> String {
        guard bytes >= 1024 else { return "\(bytes) bytes" }
        var value = Double(bytes) / 1024
        for unit in ["KiB", "MiB", "GiB"] {
            if value < 1024 || unit == "GiB" {
                let tenths = Int((value * 10).rounded())
                return "\(tenths / 10).\(tenths % 10) \(unit)"
            }
            value /= 1024
        }
        return "\(bytes) bytes"
    }
}
