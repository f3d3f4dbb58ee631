import ArgumentParser
import SecretMemory
import StrictJSON
import WarderModel

/// `warder operator enrol`
struct EnrolOperator: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol",
        abstract: "Make a code with which an operator sets their passphrase.",
        discussion: """
            Hand it to the person on a way that programs under their user do not see: by voice, on paper, in a \
            password manager. It works once, for a day, and only under their user. A later code ends an earlier one; \
            the passphrase they have, if any, stays until they have set another.

            EXAMPLE
              warder operator enrol grace
            """
    )

    @Argument(help: "Name of the operator.", transform: NameArgument.operatorName)
    var name: OperatorName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        // Before there is a code that nobody has read.
        if global.output == .yaml { throw .usage("a code is printed as it is, or as json") }
        let document = try session.vault().askForSecret(VaultRequest("POST", "/v1/operators/\(name.text)/enrol"))
        defer { document.wipe() }
        if global.output == .json { return try session.console.write(IndentedJSON.bytes(document.root)) }
        let (code, until) = try Self.read(document.root)
        try session.console.write(code)
        try session.console.write([UInt8(ascii: "\n")])
        session.console.message(
            "for \(name.text) alone; it works once, and ends \(session.moment.short(until))",
            hints: ["As \(name.text): warder operator passphrase --code"]
        )
    }

    /// - Throws: A server failure for a code of other characters than codes have: it goes to a terminal.
    private static func read(_ root: JSONNode) throws(CommandFailure) -> (code: SecretBytes, until: String) {
        let code: SecretBytes
        let until: String
        do {
            guard let text = try root.member("code")?.secret(), let time = try root.member("until")?.string() else {
                throw CommandFailure.malformedAnswer
            }
            (code, until) = (text, time)
        } catch { throw .malformedAnswer }
        let isPlain = unsafe code.withUnsafeBytes { bytes in
            unsafe bytes.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte)
            }
        }
        guard isPlain else { throw .malformedAnswer }
        return (code, until)
    }
}
