// The published clients of x402, as npm has them, each set up as its own documentation says.
import axios from 'axios';
import { readFileSync } from 'node:fs';
import { privateKeyToAccount } from 'viem/accounts';
import { clientsOf, network } from './network.mjs';

// A client of version 2 prefers the header of version 2. Without it, as behind a proxy that drops what it doesn't know, it has to speak version 1.
const OFFER = 'payment-required';

// These clients read the refusal's body as JSON, and the answer is bytes.
const reading = {
  responseType: 'arraybuffer',
  transformResponse: [(data, headers) => (/json/.test(headers['content-type'] ?? '') ? JSON.parse(Buffer.from(data).toString()) : data)],
};

async function core(module, net, key, isOld) {
  const client = new module.x402Client(), signer = privateKeyToAccount(key);
  if (isOld) {
    const { ExactEvmSchemeV1 } = await import('@x402/evm/v1');
    return client.registerV1(net.name, new ExactEvmSchemeV1(signer));
  }
  const { ExactEvmScheme } = await import('@x402/evm/exact/client');
  return client.register('eip155:*', new ExactEvmScheme(signer));
}

async function withoutOffer(request) {
  const response = await fetch(request), headers = new Headers(response.headers);
  headers.delete(OFFER);
  return new Response(response.body, { status: response.status, headers });
}

const SETUPS = {
  'x402-fetch': async (net, key) => {
    const { wrapFetchWithPayment } = await import('x402-fetch');
    return byFetch(wrapFetchWithPayment(fetch, clientsOf(net, 'http://127.0.0.1:9', privateKeyToAccount(key)).sender));
  },
  'x402-axios': async (net, key) => {
    const { withPaymentInterceptor } = await import('x402-axios');
    return byAxios(withPaymentInterceptor(axios.create(reading), clientsOf(net, 'http://127.0.0.1:9', privateKeyToAccount(key)).sender));
  },
  '@x402/fetch': async (net, key, isOld = false) => {
    const module = await import('@x402/fetch');
    return byFetch(module.wrapFetchWithPayment(isOld ? withoutOffer : fetch, await core(module, net, key, isOld)));
  },
  '@x402/axios': async (net, key, isOld = false) => {
    const module = await import('@x402/axios'), instance = axios.create(reading);
    if (isOld) {
      instance.interceptors.response.use(undefined, (error) => {
        delete error.response?.headers[OFFER];
        return Promise.reject(error);
      });
    }
    return byAxios(module.wrapAxiosWithPayment(instance, await core(module, net, key, isOld)));
  },
  '@x402/fetch in version 1': (net, key) => SETUPS['@x402/fetch'](net, key, true),
  '@x402/axios in version 1': (net, key) => SETUPS['@x402/axios'](net, key, true),
};

const byFetch = (pay) => async (url, body, headers) => {
  const response = await pay(url, { method: 'POST', body, headers });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()).toString('base64') };
};

const byAxios = (pay) => async (url, body, headers) => {
  const response = await pay.post(url, body, { headers, maxBodyLength: Infinity, validateStatus: (status) => status !== 402 });
  return { status: response.status, headers: { ...response.headers }, body: Buffer.from(response.data).toString('base64') };
};

/** Buys with one of the clients. */
export async function pay({ client, network: name, key, url, file, type, multipart }) {
  const bytes = readFileSync(file), buy = await SETUPS[client](network(name), key);
  if (!multipart) {
    return buy(url, bytes, { 'content-type': type });
  }
  const form = new FormData();
  form.append('image_file', new Blob([bytes], { type }), 'picture');
  return buy(url, form, {});
}
