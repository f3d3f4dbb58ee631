import WarderModel
import WarderWire

/// What stands on the screen of the inbox, and what a key does to it. Knows no terminal.
struct ApprovalInbox {
    /// What a person pressed.
    enum Key: Equatable {
        case up, down, open, back, approve, deny, quit
    }

    /// What has to be done outside.
    enum Effect: Equatable {
        case nothing
        /// Everything about one call is wanted.
        case show(String)
        case approve(String)
        case deny(String)
        case quit
    }

    private(set) var waiting: [ApprovalSummary] = []
    /// Whether the vault has ever said what waits.
    private(set) var wasFilled = false
    /// Kept by name: a call that ends above it must not put another one under the finger.
    private(set) var selected: String?
    /// The page of one call, and how much of it is above the screen.
    private(set) var page: (approval: String, text: WrappedPage)?
    var message: String?

    // MARK: What happens

    /// Takes the vault's list: calls that wait, those that ask for this person first.
    mutating func update(_ list: [ApprovalSummary]) {
        wasFilled = true
        let pending = list.filter { $0.state == Approval.Standing.pending.rawValue }
        waiting = pending.filter(\.yours) + pending.filter { !$0.yours }
        if !waiting.contains(where: { $0.approval == selected }) { selected = waiting.first?.approval }
    }

    /// Takes what the vault knows of one call.
    mutating func show(_ approval: String, _ lines: [String]) { page = (approval, WrappedPage(lines)) }

    mutating func closePage() { page = nil }

    /// `width`, `height`: of the screen that the person saw when they pressed.
    ///
    /// - Returns: What has to be done outside.
    mutating func press(_ key: Key, width: Int, height: Int) -> Effect {
        message = nil
        if let page { return press(key, on: page, width: width, height: height) }
        guard key != .quit else { return .quit }
        guard let index = waiting.firstIndex(where: { $0.approval == selected }) else { return .nothing }
        switch key {
        case .up: selected = waiting[max(0, index - 1)].approval
        case .down: selected = waiting[min(waiting.count - 1, index + 1)].approval
        case .open: return .show(waiting[index].approval)
        // Nobody says yes to what they have not read.
        case .approve, .deny: return .show(waiting[index].approval)
        case .back, .quit: break
        }
        return .nothing
    }

    private mutating func press(
        _ key: Key,
        on page: (approval: String, text: WrappedPage),
        width: Int,
        height: Int
    ) -> Effect {
        let room = Self.room(height)
        var text = page.text.fitted(to: width)
        switch key {
        case .up: text.move(by: -1, room: room)
        case .down: text.move(by: 1, room: room)
        case .open: text.move(by: room, room: room)
        case .back, .quit:
            self.page = nil
            return .nothing
        case .approve:
            guard text.isRead(room: room) else {
                message = "read to the end first (space)"
                return .nothing
            }
            return .approve(page.approval)
        case .deny: return .deny(page.approval)
        }
        self.page = (page.approval, text)
        return .nothing
    }

    // MARK: What is shown

    /// Lines between the title and the keys.
    private static func room(_ height: Int) -> Int { max(1, height - 4) }

    /// The screen, harmless to a terminal; never more than `height` lines of `width` columns.
    func lines(width: Int, height: Int, moment: Moment) -> [String] {
        let room = Self.room(height)
        var lines: [String]
        let keys: String
        if let page {
            let text = page.text.fitted(to: width)
            let shown = text.rows(room: room)
            lines = ["Approval, lines \(shown.startIndex + 1) to \(shown.endIndex) of \(text.count)", ""] + shown
            keys = "j k move · space next page · a approve · d deny · q back"
        } else {
            lines = ["Calls that wait for an approval: \(waiting.count)", ""]
            let index = waiting.firstIndex { $0.approval == selected } ?? 0
            let start = max(0, min(index - room / 2, waiting.count - room))
            for line in waiting.dropFirst(start).prefix(room) {
                let mark = line.approval == selected ? "> " : "  "
                let yours = line.yours ? "yours" : line.missing.joined(separator: ", ")
                let words = [line.tool, "\(line.risk), \(line.category)", yours, moment.short(line.expires)]
                lines.append(mark + TerminalText.escaped(words.joined(separator: "  ")))
            }
            keys = "j k move · enter show · q quit"
        }
        lines = lines.prefix(height - 2).map { TerminalText.truncated($0, to: width) }
        return lines + [TerminalText.truncated(message.map(TerminalText.escaped) ?? "", to: width), keys]
    }
}
