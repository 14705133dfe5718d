import { CodecError, type Codecs } from '../codec/index.js';
import type { QueryContext, QueryHandler } from '../module.js';
import { refuseQuery } from '../refusal.js';

/** A query as a function of its decoded request; what cannot be decoded is an InvalidArgument. */
export function queryHandler<Request, Response>(
  codecs: Codecs,
  requestType: string,
  responseType: string,
  answer: (ctx: QueryContext, request: Request) => Partial<Response>,
): QueryHandler {
  const request = codecs.of<Request>(requestType);
  const response = codecs.of<Response>(responseType);
  return (ctx, bytes) => response.encode(answer(ctx, decodeRequest(() => request.decode(bytes))));
}

/** One query of a service, under its ABCI path. */
export type ServiceQuery = <Request, Response>(name: string, answer: (ctx: QueryContext, request: Request) => Response) => Record<string, QueryHandler>;

/** Of a package such as cosmos.bank.v1beta1, whose query `Balance` has the messages QueryBalanceRequest and QueryBalanceResponse. */
export function serviceQuery(codecs: Codecs, protoPackage: string): ServiceQuery {
  return <Request, Response>(name: string, answer: (ctx: QueryContext, request: Request) => Response) => {
    const types = `${protoPackage}.Query${name}`;
    return { [`/${protoPackage}.Query/${name}`]: queryHandler<Request, Response>(codecs, `${types}Request`, `${types}Response`, answer) };
  };
}

function decodeRequest<Request>(decode: () => Request): Request {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) refuseQuery('InvalidArgument', error.message);
    throw error;
  }
}
