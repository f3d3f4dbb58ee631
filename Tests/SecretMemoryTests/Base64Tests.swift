import SecretMemory
import Testing

@Suite struct Base64Tests {
    @Test func `what was written is read`() throws {
        for count in 0...8 {
            let bytes = (0..<count).map { UInt8($0 * 31 & 0xFF) }
            let text = try SecretBytes(copying: bytes).base64()
            #expect(octets(of: try SecretBytes(base64: text)) == bytes)
        }
    }

    @Test func `only the digits of the alphabet stand for something`() throws {
        let digits = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for byte in UInt8.min...UInt8.max {
            let text = try SecretBytes(copying: [0x41, 0x41, byte, 0x41])
            let isRead = (try? SecretBytes(base64: text)) != nil
            #expect(isRead == digits.contains(byte), "\(byte)")
        }
    }
}
