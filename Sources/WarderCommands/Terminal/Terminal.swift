// The rules of the terminal:
//
// - Results go to standard output, byte for byte and nothing else, so that a pipe gets exactly what was asked for.
// - Everything else (progress, advice, errors) goes to standard error, with the program's name in front.
// - Questions go to the controlling terminal, /dev/tty, and are answered there: standard input may be a pipe that
//   carries a secret, and standard output may be a file. Without a controlling terminal nothing is asked.
// - Secrets come from a hidden prompt, from standard input or from a file; never from an argument or the environment,
//   which other processes can read, and which shells and init systems keep.
// - A hidden prompt echoes nothing, not even dots. Whatever ends it, a signal included, the terminal gets its
//   settings back.
// - Text that others wrote is escaped before a terminal sees it (`TerminalText`); colour only on a terminal, and never
//   with NO_COLOR.

package import SecretMemory

/// Why a question got no answer.
package enum PromptError: Error, Equatable {
    /// The process has no controlling terminal.
    case noTerminal
    /// The person pressed Ctrl-C.
    case interrupted
    /// The person ended the input, or the terminal went away.
    case endOfInput
    /// A key that is not text, such as an arrow.
    case controlCharacter
    /// The line is longer than the limit in bytes.
    case tooLong(limit: Int)
    /// There was no locked memory.
    case noSecretMemory
}

/// Somebody who can be asked.
package protocol Prompter {
    /// Asks for a line that is not shown.
    func askHidden(_ question: String) throws(PromptError) -> SecretBytes
    /// Asks for a line that is shown.
    func askLine(_ question: String) throws(PromptError) -> String
    /// Whether there is a terminal for pages.
    var canShowPages: Bool { get }
    /// Shows secrets one at a time, each until the person goes on.
    ///
    /// `onInterruption` runs when the screen is as before, and before the signal that interrupted it ends the process;
    /// it gets the number of pages whose secret was on the screen.
    func show(_ pages: [SecretPage], onInterruption: (Int) -> Void) throws(PagesNotShown)
}

/// The controlling terminal of the process.
package struct Terminal: Prompter {
    /// The longest hidden line in bytes: beyond the 4,095 that a terminal in line mode would cut it to.
    package static let maximumLineBytes = 65_536

    package init() {}

    package func askHidden(_ question: String) throws(PromptError) -> SecretBytes {
        let tty = try TerminalDevice()
        defer { tty.close() }
        let settings = try HiddenInput(tty.descriptor)
        defer { settings.end() }
        try tty.write(question + " ")
        defer { try? tty.write("\n") }
        var line = HiddenLine(maximumBytes: Self.maximumLineBytes)
        defer { line.wipe() }
        while true {
            try settings.waitForInput()
            guard let outcome = line.take(try tty.readByte()) else { continue }
            return try outcome.get()
        }
    }

    package func askLine(_ question: String) throws(PromptError) -> String {
        let tty = try TerminalDevice()
        defer { tty.close() }
        try tty.write(question + " ")
        var line: [UInt8] = []
        while line.count < 4096 {
            let byte = try tty.readByte()
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        throw .tooLong(limit: 4096)
    }

    package var canShowPages: Bool {
        guard let tty = try? TerminalDevice() else { return false }
        tty.close()
        return true
    }

    package func show(_ pages: [SecretPage], onInterruption: (Int) -> Void) throws(PagesNotShown) {
        var shown = 0
        do throws(PromptError) {
            let tty = try TerminalDevice()
            defer { tty.close() }
            let input = try HiddenInput(tty.descriptor)
            var wasTold = false
            do throws(PromptError) {
                defer { input.end() }
                for page in pages {
                    try SecretPages(tty, input).show(page, shown: &shown) { count in
                        wasTold = true
                        onInterruption(count)
                    }
                }
            } catch {
                if error == .interrupted, !wasTold { onInterruption(shown) }
                throw error
            }
        } catch {
            throw PagesNotShown(shown: shown, reason: PagesNotShown.Reason(error))
        }
    }
}
