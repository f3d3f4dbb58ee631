import NIOHTTP1
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// The inventory as one thing, for operators.
extension RouteTable {
    static let inventory: [Route] = [
        Route(.GET, "/v1/inventory", action: .inventoryRead) { exchange in exchange.readInventory() },
        Route(.POST, "/v1/apply", action: .inventoryApply, body: .values) { exchange in exchange.apply() },
    ]
}

extension Exchange {
    /// There may be thousands of everything: written on a thread for slow work.
    fileprivate func readInventory() -> Work {
        let (vault, context, caller) = (vault, context, caller)
        return .decision(.inventoryRead) { finish in
            vault.submit(Inventories.read(by: caller)) { outcome in
                context.slowWork {
                    let answer = outcome.map { Answer.json(Inventory($0)) }
                    finish { answer }
                }
            }
        }
    }

    /// Read and checked before the vault is asked: none of it on a thread that others wait for.
    fileprivate func apply() -> Work {
        let exchange = self
        return .decision(.inventoryApply) { finish in
            exchange.context.slowWork {
                let requestID = exchange.caller.requestID
                do throws(Problem) {
                    let request = try exchange.applyRequest()
                    let changes = try request.commands(by: exchange.caller)
                    exchange.vault.apply(changes, to: request.mark, by: exchange.caller) { outcome in
                        finish { .success(Self.answer(outcome, of: changes.count, requestID: requestID)) }
                    }
                } catch {
                    let answer = error.answer(requestID: requestID)
                    finish { .success(answer) }
                }
            }
        }
    }

    private func applyRequest() throws(Problem) -> ApplyRequest {
        let document = try document(
            within: JSONLimits(maxBytes: context.limits.secretBodyBytes, maxTokens: ApplyRequest.mostTokens)
        )
        do { return try document.decode(ApplyRequest.self, unknownKeys: .refuse) } catch {
            throw .invalid("The body does not fit: \(error).")
        }
    }

    private static func answer(
        _ outcome: Result<Void, Inventories.Obstacle>,
        of count: Int,
        requestID: String
    ) -> Answer {
        switch outcome {
        case .success: return .json(Applied(changes: count))
        case .failure(let obstacle):
            var problem = Problem.forOperator(obstacle.refusal, about: obstacle.place?.action ?? .inventoryApply)
            if let place = obstacle.place {
                problem.message =
                    "Nothing was changed, because change \(place.change + 1) was refused. \(problem.message)"
            }
            return problem.answer(requestID: requestID)
        }
    }
}

extension ApplyRequest {
    /// Values and keys of a body; more than the largest one can have that is not made to be slow.
    fileprivate static let mostTokens = 400_000

    /// - Throws: what is wrong, and at which change.
    fileprivate func commands(by caller: Caller) throws(Problem) -> [Inventories.Change] {
        guard !changes.isEmpty else { throw .invalid("There is no change in it.") }
        guard changes.count <= Self.mostChanges else {
            throw .invalid("One apply makes at most \(Self.mostChanges) changes: send several.")
        }
        var commands: [Inventories.Change] = []
        for change in changes {
            do throws(Problem) {
                let parts = try change.parts(by: caller)
                guard !parts.isEmpty else { throw .invalid("It says nothing.") }
                commands.append(Inventories.Change(parts))
            } catch {
                var problem = error
                problem.message = "Nothing was changed, because of change \(commands.count + 1). \(error.message)"
                throw problem
            }
        }
        return commands
    }
}

extension InventoryChange {
    /// The commands, in the order in which they are decided.
    fileprivate func parts(by caller: Caller) throws(Problem) -> [Inventories.Part] {
        var parts: [Inventories.Part] = []
        if let serverAdd { parts.append(.init(try Servers.add(serverAdd, by: caller))) }
        if let serverUpdate {
            let name: ServerName = try Exchange.parse(serverUpdate.name, what: "The server")
            parts.append(.init(try Servers.update(name, serverUpdate.update, by: caller)))
        }
        if let toolAdd { parts.append(.init(try Tools.add(toolAdd, by: caller))) }
        if let toolAccept {
            // Changes are counted, because others wait for them.
            guard toolAccept.tools.count == 1 else { throw .invalid("A change accepts one definition.") }
            parts.append(.init(try Tools.accept(toolAccept, by: caller)))
        }
        if let toolSet {
            let name: ToolID = try Exchange.parse(toolSet.name, what: "The tool")
            parts.append(.init(Tools.set(name, try Tools.Changes(toolSet.update), by: caller)))
        }
        if let grantRemove {
            let key = GrantKey(
                tool: try Exchange.parse(grantRemove.tool, what: "The tool"),
                secret: try Exchange.parse(grantRemove.secret, what: "The secret")
            )
            parts.append(.init(Grants.remove(key, by: caller)))
        }
        if let grantAdd { parts.append(.init(try Grants.add(grantAdd, by: caller))) }
        if let rotationSet {
            let name: SecretName = try Exchange.parse(rotationSet.secret, what: "The secret")
            parts.append(.init(Rotations.set(name, try Rotations.Plan(rotationSet.plan), by: caller)))
        }
        return parts + (try rules(by: caller)) + (try removals(by: caller))
    }

    private func rules(by caller: Caller) throws(Problem) -> [Inventories.Part] {
        var parts: [Inventories.Part] = []
        if let limitSet { parts.append(.init(try Limits.set(limitSet, by: caller))) }
        if let ruleSet { parts.append(.init(try Approvals.setRule(ruleSet, by: caller))) }
        if let alertSet {
            parts.append(.init(try Alerts.set(Exchange.rule(alertSet.rule), alertSet.settings, by: caller)))
        }
        return parts
    }

    private func removals(by caller: Caller) throws(Problem) -> [Inventories.Part] {
        var parts: [Inventories.Part] = []
        if let rotationRemove {
            parts.append(.init(Rotations.remove(try Exchange.parse(rotationRemove, what: "The secret"), by: caller)))
        }
        if let ruleRemove {
            let scope = try ApprovalRule.Scope(
                server: ruleRemove.server,
                risk: ruleRemove.risk,
                category: ruleRemove.category
            )
            parts.append(.init(Approvals.removeRule(scope, by: caller)))
        }
        if let toolRemove {
            parts.append(.init(Tools.remove(try Exchange.parse(toolRemove, what: "The tool"), by: caller)))
        }
        if let serverRemove {
            parts.append(.init(Servers.remove(try Exchange.parse(serverRemove, what: "The server"), by: caller)))
        }
        return parts
    }
}
