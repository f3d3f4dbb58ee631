import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// What operators ask about definitions of tools.
extension RouteTable {
    static let tools: [Route] = [
        Route(.POST, "/v1/tools/import", action: .toolImport, body: .definitions) { exchange in
            exchange.importTools()
        },
        Route(.POST, "/v1/tools/accept", action: .toolAccept, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(ToolAcceptRequest.self)
            return exchange.ask(try Tools.accept(request, by: exchange.caller)) {
                .json(ToolList(tools: $0.map(ToolSummary.init)))
            }
        },
        Route(.GET, "/v1/tools/{server}/{tool}", action: .toolList) { exchange throws(Problem) in
            exchange.ask(Tools.show(try exchange.tool(), by: exchange.caller)) { .json(ToolSummary.whole($0)) }
        },
        Route(.PATCH, "/v1/tools/{server}/{tool}", action: .toolSet, body: .small) { exchange throws(Problem) in
            let changes = try Tools.Changes(exchange.decode(ToolUpdate.self))
            return exchange.ask(Tools.set(try exchange.tool(), changes, by: exchange.caller)) {
                .json(ToolSummary($0))
            }
        },
    ]
}

extension Exchange {
    fileprivate func tool() throws(Problem) -> ToolID {
        ToolID(server: try name("server"), tool: try name("tool"))
    }

    /// Reads and judges a thousand definitions before the vault is asked: none of it on a thread that others wait for.
    fileprivate func importTools() -> Work {
        let exchange = self
        return .decision(.toolImport) { finish in
            exchange.context.slowWork {
                do throws(Problem) {
                    let body = try ToolImportBody(exchange.document(within: ToolImportBody.limits))
                    let command = Tools.take(body.offers, of: body.server, pin: body.pin, by: exchange.caller)
                    exchange.vault.submit(command) { outcome in
                        finish { outcome.map { .json(ToolImportAnswer($0)) } }
                    }
                } catch {
                    let answer = error.answer(requestID: exchange.caller.requestID)
                    finish { .success(answer) }
                }
            }
        }
    }
}
