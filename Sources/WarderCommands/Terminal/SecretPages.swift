package import SecretMemory

/// A secret that one person reads from the terminal, and that is gone from it when they go on.
package struct SecretPage {
    /// What stands there before the secret does; the space bar shows it.
    package var announcement: String
    /// Above the secret.
    package var title: String
    /// Printable ASCII: the terminal gets it as it is.
    package var secret: SecretBytes
    /// Below the secret; Enter takes it away.
    package var closing: String

    package init(announcement: String, title: String, secret: SecretBytes, closing: String) {
        self.announcement = announcement
        self.title = title
        self.secret = secret
        self.closing = closing
    }
}

/// Why not every page was read to its end.
package struct PagesNotShown: Error, Equatable {
    package enum Reason: Equatable, Sendable {
        /// The person pressed Ctrl-C, or a signal came that did not end the process.
        case interrupted
        /// The process has no controlling terminal.
        case noTerminal
        /// The terminal went away.
        case terminalLost

        init(_ error: PromptError) {
            switch error {
            case .interrupted: self = .interrupted
            case .noTerminal: self = .noTerminal
            case .endOfInput, .controlCharacter, .tooLong, .noSecretMemory: self = .terminalLost
            }
        }
    }

    /// Pages whose secret was on the screen, the one that was cut short included.
    package var shown: Int
    package var reason: Reason

    package init(shown: Int, reason: Reason) {
        self.shown = shown
        self.reason = reason
    }
}

/// Pages on a terminal that hands over every key at once: one at a time, each on the alternate screen, from which
/// nothing reaches what can be scrolled back to.
struct SecretPages {
    let tty: TerminalDevice
    let input: HiddenInput

    /// Where a terminal knows no alternate screen, the clearing takes the secret away.
    static let enter = "\u{1B}[?1049h\u{1B}[H\u{1B}[2J"
    static let clear = "\u{1B}[H\u{1B}[2J\u{1B}[3J"
    static let leave = clear + "\u{1B}[?1049l"

    init(_ tty: TerminalDevice, _ input: HiddenInput) {
        self.tty = tty
        self.input = input
    }

    /// Shows one page until the person goes on. The screen is as before afterwards, whatever happened.
    ///
    /// `shown` counts the secrets that were on the screen. `beforeSignal` gets it when the screen and the terminal's
    /// settings are back, right before a signal that came in between does its work.
    func show(_ page: SecretPage, shown: inout Int, beforeSignal: (Int) -> Void) throws(PromptError) {
        defer { try? tty.write(Self.leave) }
        try tty.write(Self.enter + page.announcement + "\n")
        try wait(for: [UInt8(ascii: " ")]) { beforeSignal(shown) }
        shown += 1
        try tty.write(Self.clear + page.title + "\n\n")
        try tty.write(page.secret)
        try tty.write("\n\n" + page.closing + "\n")
        try wait(for: [UInt8(ascii: "\n"), UInt8(ascii: "\r")]) { beforeSignal(shown) }
    }

    /// Returns at one of the keys. What was typed before is dropped: it was no answer to this.
    private func wait(for keys: [UInt8], beforeSignal: () -> Void) throws(PromptError) {
        input.dropTyped()
        while true {
            try input.waitForInput {
                try? tty.write(Self.leave)
                beforeSignal()
            }
            let byte = try tty.readByte()
            if byte == 0x03 || byte == 0x1C { throw .interrupted }  // Ctrl-C, Ctrl-\
            if keys.contains(byte) { return }
        }
    }
}
