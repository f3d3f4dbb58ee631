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
import Glibc
import SystemPackage

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
}

/// The controlling terminal of the process.
package struct Terminal: Prompter {
    /// The longest hidden line in bytes: beyond the 4,095 that a terminal in line mode would cut it to.
    package static let maximumLineBytes = 65_536

    package init() {}

    package func askHidden(_ question: String) throws(PromptError) -> SecretBytes {
        let tty = try open()
        defer { try? tty.close() }
        let settings = try HiddenInput(tty)
        defer { settings.end() }
        try write(question + " ", to: tty)
        defer { try? write("\n", to: tty) }
        var line = HiddenLine(maximumBytes: Self.maximumLineBytes)
        defer { line.wipe() }
        while true {
            try settings.waitForInput()
            var byte: UInt8 = 0
            let count = unsafe withUnsafeMutableBytes(of: &byte) { unsafe Glibc.read(tty.rawValue, $0.baseAddress, 1) }
            guard count == 1 else {
                if count < 0, errno == EINTR { continue }
                throw .endOfInput
            }
            guard let outcome = line.take(byte) else { continue }
            byte = 0
            return try outcome.get()
        }
    }

    package func askLine(_ question: String) throws(PromptError) -> String {
        let tty = try open()
        defer { try? tty.close() }
        try write(question + " ", to: tty)
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 4096 {
            let count = unsafe withUnsafeMutableBytes(of: &byte) { unsafe Glibc.read(tty.rawValue, $0.baseAddress, 1) }
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { throw .endOfInput }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        throw .tooLong(limit: 4096)
    }

    private func open() throws(PromptError) -> FileDescriptor {
        // swift-system has no name for O_NOCTTY.
        let options = FileDescriptor.OpenOptions(rawValue: O_NOCTTY | O_CLOEXEC)
        guard let tty = try? FileDescriptor.open("/dev/tty", .readWrite, options: options) else { throw .noTerminal }
        return tty
    }

    private func write(_ text: String, to tty: FileDescriptor) throws(PromptError) {
        do { try tty.writeAll(text.utf8) } catch { throw .endOfInput }
    }
}
