import Glibc
import SecretMemory
import SystemPackage

/// The controlling terminal of the process, open.
struct TerminalDevice {
    let descriptor: FileDescriptor

    /// - Throws: `PromptError.noTerminal` for a process without one.
    init() throws(PromptError) {
        // swift-system has no name for O_NOCTTY.
        let options = FileDescriptor.OpenOptions(rawValue: O_NOCTTY | O_CLOEXEC)
        guard let tty = try? FileDescriptor.open("/dev/tty", .readWrite, options: options) else { throw .noTerminal }
        descriptor = tty
    }

    func close() { try? descriptor.close() }

    func write(_ text: String) throws(PromptError) {
        do { try descriptor.writeAll(text.utf8) } catch { throw .endOfInput }
    }

    /// Writes a secret from where it lies, without a copy.
    func write(_ secret: SecretBytes) throws(PromptError) {
        do { _ = try unsafe secret.withUnsafeBytes { try unsafe descriptor.writeAll($0) } } catch { throw .endOfInput }
    }

    /// Waits for a byte.
    func readByte() throws(PromptError) -> UInt8 {
        while true {
            var byte: UInt8 = 0
            let count = unsafe withUnsafeMutableBytes(of: &byte) { bytes in
                unsafe Glibc.read(descriptor.rawValue, bytes.baseAddress, 1)
            }
            if count == 1 { return byte }
            guard count < 0, errno == EINTR else { throw .endOfInput }
        }
    }
}
