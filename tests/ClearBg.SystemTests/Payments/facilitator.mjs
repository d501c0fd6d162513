// The published facilitator behind the three routes of the specification: the classes of @x402, and nothing of ours but HTTP.
import { createServer } from 'node:http';
import { x402Facilitator } from '@x402/core/facilitator';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/facilitator';
import { privateKeyToAccount } from 'viem/accounts';
import { clientsOf, network } from './network.mjs';

/** Starts one on a free port of the loopback interface, for as long as this process lives. */
export async function facilitator({ network: name, rpc, key }) {
  const net = network(name), { sender } = clientsOf(net, rpc, privateKeyToAccount(key));
  const signer = toFacilitatorEvmSigner({ ...sender, address: sender.account.address });
  const facilitator = new x402Facilitator().register(net.caip2, new ExactEvmScheme(signer)).registerV1(name, new ExactEvmSchemeV1(signer));
  const server = createServer(async (request, response) => {
    const answer = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    try {
      let text = '';
      for await (const part of request) {
        text += part;
      }
      const { paymentPayload, paymentRequirements } = JSON.parse(text || '{}');
      switch (`${request.method} ${request.url}`) {
        case 'GET /supported': return answer(200, facilitator.getSupported());
        case 'POST /verify': return answer(200, await facilitator.verify(paymentPayload, paymentRequirements));
        case 'POST /settle': return answer(200, await facilitator.settle(paymentPayload, paymentRequirements));
        default: return answer(404, { error: 'not_found' });
      }
    } catch (error) {
      console.error(error);
      answer(500, { error: String(error.message) });
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}`, address: sender.account.address };
}
