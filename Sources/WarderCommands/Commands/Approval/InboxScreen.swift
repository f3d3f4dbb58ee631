import Glibc
import SystemPackage

/// The terminal of an inbox: the alternate screen, every key at once, and everything as before at the end.
struct InboxScreen {
    private let tty: TerminalDevice
    private let input: HiddenInput

    /// - Throws: `PromptError.noTerminal`.
    init() throws(PromptError) {
        tty = try TerminalDevice()
        do throws(PromptError) { input = try HiddenInput(tty.descriptor) } catch {
            tty.close()
            throw error
        }
        try? tty.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Puts the screen and the terminal's settings back.
    func end() {
        leave()
        input.end()
        tty.close()
    }

    private func leave() { try? tty.write("\u{1B}[?25h\u{1B}[?1049l") }

    /// Columns and lines.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(tty.descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return (80, 24) }
        return (Int(size.ws_col), max(6, Int(size.ws_row)))
    }

    func draw(_ lines: [String]) throws(PromptError) {
        try tty.write("\u{1B}[H\u{1B}[2J" + lines.joined(separator: "\r\n"))
    }

    /// The next key; `nil` when none came in so many milliseconds, or one that means nothing.
    ///
    /// - Throws: `PromptError.interrupted` on Ctrl-C and after a signal; the screen is as before then.
    func key(within milliseconds: Int) throws(PromptError) -> ApprovalInbox.Key? {
        guard try input.waitForInput(milliseconds: milliseconds, beforeSignal: leave) else { return nil }
        let byte = try tty.readByte()
        guard byte == 0x1B else { return try Self.key(byte) }
        // An arrow is three bytes that come together; Escape alone is one.
        guard try input.waitForInput(milliseconds: 50, beforeSignal: leave) else { return .back }
        guard try tty.readByte() == UInt8(ascii: "[") else { return nil }
        switch try tty.readByte() {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        default: return nil
        }
    }

    private static func key(_ byte: UInt8) throws(PromptError) -> ApprovalInbox.Key? {
        switch byte {
        case 0x03, 0x1C: throw .interrupted
        case UInt8(ascii: "k"): .up
        case UInt8(ascii: "j"): .down
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: " "): .open
        case UInt8(ascii: "a"): .approve
        case UInt8(ascii: "d"): .deny
        case UInt8(ascii: "q"): .quit
        default: nil
        }
    }
}
