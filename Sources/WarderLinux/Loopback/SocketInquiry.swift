import Glibc

/// Asks the kernel for one connection between 127.0.0.1 and 127.0.0.1 (sock_diag(7)).
///
/// To read its tables instead takes the kernel some milliseconds, and more the more connections there are.
struct SocketInquiry {
    private static let protocolNumber: Int32 = 4
    private static let byFamily: UInt16 = 20
    private static let isRequest: UInt16 = 1
    private static let established: UInt8 = 1
    /// Of the head of a message, of the question, and of the answer, as far as it is read.
    private static let (head, question, answer) = (16, 72, 88)
    private static let loopback: [UInt8] = [127, 0, 0, 1]

    private let identity: [UInt8]

    /// `local` is the port of the end that is looked for.
    init(local: UInt16, remote: UInt16) {
        let empty = [UInt8](repeating: 0, count: 12)
        identity =
            Self.bytes(local.bigEndian) + Self.bytes(remote.bigEndian) + Self.loopback + empty + Self.loopback + empty
    }

    /// The socket; `nil` where there is none, or the kernel does not say.
    func socket() -> LoopbackConnection.Socket? {
        let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = Glibc.socket(AF_NETLINK, kind, Self.protocolNumber)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(adopting: number)
        let request = request
        guard unsafe send(descriptor.number, request, request.count, 0) == request.count else { return nil }
        var answer = [UInt8](repeating: 0, count: 4_096)
        // It is there when the question has been taken.
        let count = unsafe recv(descriptor.number, &answer, answer.count, Int32(MSG_DONTWAIT))
        return count > 0 ? read(Array(answer[..<count])) : nil
    }

    private var request: [UInt8] {
        let head =
            Self.bytes(UInt32(Self.question)) + Self.bytes(Self.byFamily) + Self.bytes(Self.isRequest)
            + Self.bytes(UInt32(1)) + Self.bytes(UInt32(0))
        let (family, tcp): (UInt8, UInt8) = (UInt8(AF_INET), UInt8(IPPROTO_TCP))
        // In any state, on any device, whichever cookie it has.
        return head + [family, tcp, 0, 0] + Self.bytes(UInt32.max) + identity + Self.bytes(UInt32(0))
            + Self.bytes(UInt64.max)
    }

    /// Reads the answer: of an established connection between the very ports, or of nothing.
    ///
    /// A socket of the newer kind has the same connection, and addresses that show the older one.
    func read(_ answer: [UInt8]) -> LoopbackConnection.Socket? {
        guard answer.count >= Self.answer, Self.number(UInt16.self, answer, 4) == Self.byFamily,
            [UInt8(AF_INET), UInt8(AF_INET6)].contains(answer[Self.head]), answer[Self.head + 1] == Self.established,
            answer[(Self.head + 4)..<(Self.head + 8)].elementsEqual(identity[..<4])
        else { return nil }
        let isOlder = answer[Self.head] == UInt8(AF_INET)
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + Self.loopback
        for place in [Self.head + 8, Self.head + 24] {
            let address = answer[place..<(place + 16)]
            guard isOlder ? address.prefix(4).elementsEqual(Self.loopback) : address.elementsEqual(mapped) else {
                return nil
            }
        }
        let (uid, inode) = (Self.number(UInt32.self, answer, 80), Self.number(UInt32.self, answer, 84))
        return inode == 0 ? nil : LoopbackConnection.Socket(uid: uid, inode: UInt64(inode))
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
    }

    private static func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type,
        _ bytes: [UInt8],
        _ place: Int
    ) -> Number {
        unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: place, as: type) }
    }
}
