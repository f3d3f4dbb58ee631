import SecretMemory

/// The editing of a line that nobody sees: bytes come in one by one, the line comes out at Enter.
///
/// The bytes lie in one buffer of fixed size that never grows, so that none are left behind in freed memory.
struct HiddenLine {
    private var bytes: [UInt8]
    private var count = 0
    private var hasControlCharacter = false
    private let maximumBytes: Int

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
        bytes = [UInt8](repeating: 0, count: maximumBytes)
    }

    /// Takes one byte; the outcome once there is one.
    mutating func take(_ byte: UInt8) -> Result<SecretBytes, PromptError>? {
        switch byte {
        case 0x0A, 0x0D: return finished()
        case 0x03, 0x1C: return .failure(.interrupted)  // Ctrl-C, Ctrl-\
        case 0x04: return count == 0 ? .failure(.endOfInput) : finished()  // Ctrl-D
        case 0x08, 0x7F: eraseCharacter()
        case 0x15, 0x17: eraseAll()  // Ctrl-U; Ctrl-W as well, because words of a passphrase cannot be seen
        case 0x00..<0x20: hasControlCharacter = true
        default:
            guard count < maximumBytes else { return .failure(.tooLong(limit: maximumBytes)) }
            bytes[count] = byte
            count += 1
        }
        return nil
    }

    /// Overwrites what was typed.
    mutating func wipe() {
        zero(&bytes)
        count = 0
    }

    private func finished() -> Result<SecretBytes, PromptError> {
        // An arrow key sends an escape sequence. Taken as text it would become part of a passphrase that nobody can
        // type again.
        guard !hasControlCharacter else { return .failure(.controlCharacter) }
        do throws(SecretMemoryError) {
            return .success(try SecretBytes(copying: bytes[..<count]))
        } catch {
            return .failure(.noSecretMemory)
        }
    }

    private mutating func eraseCharacter() {
        while count > 0 {
            count -= 1
            let byte = bytes[count]
            bytes[count] = 0
            if byte & 0xC0 != 0x80 { return }
        }
    }

    private mutating func eraseAll() {
        zero(&bytes)
        count = 0
        hasControlCharacter = false
    }
}
