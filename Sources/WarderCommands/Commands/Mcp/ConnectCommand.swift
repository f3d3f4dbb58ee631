import ArgumentParser
import ClientConfigurations
import Glibc
import UpstreamAddresses
import UpstreamProxy

/// `warder mcp connect`
struct ConnectCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Reach a remote MCP server for a client that starts programs.",
        discussion: """
            Takes what the client says on standard input, posts it to a server that speaks Streamable HTTP, and prints \
            what the server says. In the values of headers, and in the address before and behind the host, {NAME} is \
            replaced by the variable NAME of the environment, so that no secret stands among the arguments, which every \
            user of the machine can read. What an address has to escape is escaped in the variable's value already.

            With `warder run` the variables come from the vault.

            EXAMPLE
              warder run --server linear --env TOKEN=linear/token -- \\
                warder mcp connect https://mcp.example.org/mcp \\
                --header 'Authorization: Bearer {TOKEN}'
            """
    )

    @Argument(help: ArgumentHelp("The server's address: https://, or http:// on this machine.", valueName: "url"))
    var url: String

    @Option(
        help: ArgumentHelp("A header that every request carries; repeat it for several.", valueName: "name: value")
    )
    var header: [String] = []

    @Option(
        help: ArgumentHelp("Certificates in PEM that alone are trusted for the server.", valueName: "file"),
        completion: .file()
    )
    var ca: String?

    @Flag(help: "Take a secret that stands in the address or in a header itself.")
    var allowLiteral = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        do throws(RemoteAddress.Invalid) { _ = try RemoteAddress(url) } catch {
            throw ValidationError(Self.text(error))
        }
        var literal = LiteralSecret.stands(in: url)
        for header in header {
            do throws(RemoteHeader.Invalid) {
                let field = try RemoteHeader(header)
                literal = literal || LiteralSecret.stands(in: field.template, name: field.name)
            } catch {
                throw ValidationError(Self.text(error))
            }
        }
        if literal, !allowLiteral {
            throw ValidationError(
                """
                a secret stands among the arguments, which every user of the machine can read. Store it with \
                warder secret put NAME, write {TOKEN} in its place, and start this by \
                warder run --server SERVER --env TOKEN=NAME -- (or leave it there: --allow-literal)
                """
            )
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let bridge: RemoteBridge
        let server = try server()
        let remarks = Remarks()
        do throws(RemoteBridge.Unopened) {
            bridge = try RemoteBridge(server, authorities: ca) { line, hints in remarks.say(line, hints: hints) }
        } catch {
            switch error {
            case .authorities:
                throw .usage(
                    "the certificates cannot be read",
                    hints: ["Name a file of certificates in PEM: --ca FILE"]
                )
            case .memory:
                throw CommandFailure(
                    .server,
                    "there is no memory that is kept from disk",
                    hints: ["Raise it: ulimit -l"]
                )
            case .unusable:
                throw .usage(
                    "the value of a variable repeats itself so often that it cannot be kept out of answers",
                    hints: [
                        "Have the service issue another secret, a random one; what is none can stand in the header itself"
                    ]
                )
            }
        }
        bridge.serve(input: 0, output: 1)
        remarks.finish()
        // At once: a thread may still wait for a client that does not read.
        _exit(0)
    }

    /// The server, with the values of its variables.
    private func server() throws(CommandFailure) -> RemoteServer {
        // They were read once when the command line was.
        guard let address = try? RemoteAddress(url) else { throw .usage(Self.text(RemoteAddress.Invalid.notAnAddress)) }
        let fields = header.compactMap { try? RemoteHeader($0) }
        let names = address.variables + fields.flatMap(\.variables)
        let values = Dictionary(names.map { ($0, Self.variable($0)) }, uniquingKeysWith: { first, _ in first })
            .compactMapValues { $0 }
        let filled: RemoteAddress.Filled
        var headers: [(String, String)] = []
        do throws(VariableText.Unfilled) {
            filled = try address.filled { values[$0] }
            for field in fields { headers.append((field.name, try field.filled { values[$0] })) }
        } catch {
            switch error {
            case .missing(let name):
                throw .usage(
                    "there is no variable \(name) in the environment",
                    hints: ["From the vault: warder run --server NAME --env \(name)=SECRET -- warder mcp connect ..."]
                )
            case .unfit(let name):
                throw .usage(
                    "the value of \(name) has characters that cannot stand there",
                    hints: [
                        "In an address it is stored as addresses spell it, such as %2F for a slash; in a header it is one line"
                    ]
                )
            }
        }
        do throws(RemoteServer.Invalid) {
            return try RemoteServer(filled, headers: headers, secrets: Array(values.values))
        } catch {
            throw .usage("the address names a user, and a header does as well", hints: ["Leave one of the two away"])
        }
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    private static func text(_ fault: RemoteAddress.Invalid) -> String {
        switch fault {
        case .notAnAddress: "the address is such as https://mcp.example.org/mcp"
        case .notEncrypted: "a server on another machine needs https://, or the network would see what it is sent"
        case .badVariable: "braces in the address are for variables: {NAME}, of letters, digits and _"
        case .badTarget: "the address has . or .. segments, a fragment, or characters that an address has to escape"
        }
    }

    private static func text(_ fault: RemoteHeader.Invalid) -> String {
        switch fault {
        case .notAHeader: "write a header as 'NAME: VALUE', on one line and in ASCII"
        case .reserved: "the protocol itself says one of these headers; leave it away"
        case .badVariable: "braces in a header are for variables: {NAME}, of letters, digits and _"
        }
    }
}
